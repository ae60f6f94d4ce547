import { realpathSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { randomStream } from "../../core/random.js";
import { node, type Ended } from "./cli.js";
import type { Project } from "./project.js";

/** A program with something of everything that a checkpoint must carry: slims within a phase and between phases included. */
export const program = `train 2 epochs with sgd(rate: 0.05 -> 0.01 cosine, momentum: 0.9, weight-decay: 1e-3, clip-norm: 2) {
  penalize filters by group-lasso strength 1e-4
  freeze filters in c3 until step 4
  prune filters by l1 global from 0% to 20% cubic every 4 steps during epochs 1..2
  prune weights by taylor over training global 40% at steps 5, 12, 18, 26
  regrow by abs(m) 50% with last values
  mark here at step 13
}
repeat 2 times as i {
  prune filters by l2 normalized by mean global 15%
  rewind weights, optimizer to epoch 1
  finetune 7 steps
} until macs <= 10%
repeat up to 3 times while macs >= 60% and loss <= dense.loss + 10 {
  prune filters by l1 global 25%
  mark undone
  slim
  finetune 4 steps
}
rewind weights, rate to here
train 1 epoch with adamw(rate: 0.003) {
  prune filters by l1 10% at steps 4, 8
  slim at step 9
}
slim
train 1 epoch with sgd(rate: 0.05, momentum: 0.9, nesterov: true) {
  prune filters by random 1 at step 5
  prune weights in head by magnitude below 0.15 latently every 3 steps
  restore weights in head by magnitude above 0.16 every 4 steps
}
slim
require accuracy >= 30%
`;

/** How a process is killed: at a moment of its life, at a change it makes to its output folder, or at a slim. */
type Aim = "moment" | "change" | "slim";
const turns: readonly Aim[] = ["moment", "change", "moment", "slim", "change"];

export interface Killing {
  readonly project: Project;
  /** What every run is called with, but for `--out` and `--resume`. */
  readonly args: readonly string[];
  /** Processes that must die. */
  readonly kills: number;
  /** Called with the output folder of every run that came to its end: first of the one that nobody interrupts. */
  readonly ended: (out: string) => void;
}

/**
 * Runs a program once without interruption, then again and again under seeded random SIGKILLs, each time resumed from what the
 * last process left, until so many processes have really died of them, and one at least of each; the last run then goes on to its end. Returns how many
 * died of what.
 */
export async function killAndResume({ project, args, kills, ended }: Killing): Promise<Record<Aim, number>> {
  const whole = await run(project, [...args, "--out", "whole"], {});
  finished(whole.ended);
  ended("whole");
  const span = { ...whole, changes: Number(/(\d+) changes below the folder/.exec(whole.ended.err)?.[1]) };
  const died = { moment: 0, change: 0, slim: 0 };
  const dead = () => died.moment + died.change + died.slim;
  const wanted = () => dead() < kills || Object.values(died).includes(0);
  let out = 0;
  let resume = false;
  for (let attempt = 0; wanted() || resume; attempt++) {
    if (attempt > 4 * kills) throw new Error(`only ${dead()} of ${attempt} processes died`);
    const aim = turns[attempt % turns.length] ?? "moment";
    const to = [...args, "--out", `killed ${out}`, ...(resume ? ["--resume"] : [])];
    const { ended: end } = await run(project, to, wanted() ? deathOf(aim, attempt, span) : {});
    resume = end.signal === "SIGKILL";
    if (resume) died[aim]++;
    else {
      finished(end);
      ended(`killed ${out++}`);
    }
  }
  return died;
}

interface Death {
  /** From outside, so long after its start. */
  readonly milliseconds?: number;
  /** By its own hand: see die.mjs. */
  readonly change?: number;
  readonly says?: string;
  readonly times?: number;
}

function deathOf(aim: Aim, attempt: number, span: { milliseconds: number; changes: number }): Death {
  const draw = randomStream(7, "kills");
  if (aim === "moment") return { milliseconds: span.milliseconds * draw.uniform(attempt) };
  // Rather early than late, for a resumed process has fewer changes left.
  if (aim === "change") return { change: 1 + Math.floor(span.changes * draw.uniform(attempt) ** 2) };
  return { says: "slim ", times: 1 + draw.integer(attempt, 2) };
}

async function run(
  project: Project,
  args: readonly string[],
  { milliseconds, ...death }: Death,
): Promise<{ readonly ended: Ended; readonly milliseconds: number }> {
  const started = performance.now();
  const out = args[args.indexOf("--out") + 1] ?? "";
  const hook = pathToFileURL(join(import.meta.dirname, "die.mjs")).href;
  const ended = await node(project, ["--import", hook, project.cli, "run", "a.prune", ...args], {
    env: { DEATH: JSON.stringify({ folder: join(realpathSync(project.folder), out), ...death }) },
    onStart(kill) {
      if (milliseconds !== undefined) setTimeout(kill, milliseconds, "SIGKILL");
    },
  });
  return { ended, milliseconds: performance.now() - started };
}

function finished({ code, err }: Ended): void {
  if (code !== 0) throw new Error(`a run that was not killed ended with ${code}:\n${err}`);
}
