import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { compare as carryOut, type Listener, type Outlook } from "../../api/compare/compare.js";
import type { Outcome } from "../../api/compare/carry-out.js";
import { tableFiles } from "../../api/compare/folders.js";
import type { Comparison } from "../../api/compare/rows.js";
import type { PlannedRun, Refused, Stretch } from "../../api/compare/types.js";
import { counted, grouped } from "../../core/ir/words.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { percent } from "../../runtime/report/numbers.js";
import { backendOption } from "../backend-option.js";
import { checkpointIntervalMistakes } from "../checkpoint-interval.js";
import { comparedPrograms } from "../compared-programs.js";
import { compareTable } from "../compare-table.js";
import { interruptible } from "../interruptible.js";
import { clock } from "../progress.js";
import { report } from "../report.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

export interface CompareCommandOptions {
  readonly network?: string;
  readonly data?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly epochs?: number;
  readonly batch?: number;
  readonly masks?: boolean;
  readonly amounts?: readonly string[];
  readonly seeds?: readonly number[];
  readonly controls?: boolean;
  readonly out?: string;
  readonly jobs?: number;
  readonly backend?: string;
  readonly threads?: number;
  readonly checkpointEvery?: string;
  readonly quiet?: boolean;
  readonly allowJs?: boolean;
  readonly json?: boolean;
}

/** Runs programs at amounts with seeds, and writes the table and the curves. What was run before is not run again. */
export async function compare(
  named: readonly string[],
  options: CompareCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { backend, wrong } = backendOption(options.backend);
  const mistakes = [...wrong, ...checkpointIntervalMistakes(options.checkpointEvery)];
  if (mistakes.length > 0) throw new DiagnosticError(mistakes);
  const { set: _, seeds = [1, 2, 3], out = "compare-out", jobs, quiet, json, controls, ...bound } = options;
  const quietly = quiet === true || json === true;
  const { programs, amounts, notes } = await comparedPrograms(named, options, terminal);
  const say = (text: string) => (quietly ? undefined : terminal.err(`${text}\n`));
  for (const note of notes) say(note);
  const hands = jobs ?? availableParallelism();
  const stop = interruptible(() => say("stopping after these steps; ctrl-c again ends at once"));
  const told = listener(terminal, say, quietly);
  try {
    const comparison = await carryOut(
      {
        ...bound,
        programs,
        amounts,
        seeds,
        controls: controls !== false,
        backend,
        threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / hands)),
        out: resolve(terminal.cwd, out),
        jobs: hands,
        signal: stop.signal,
      },
      terminal.command,
      told,
    );
    const folder = relative(terminal.cwd, resolve(terminal.cwd, out)) || ".";
    if (json === true) terminal.out(JSON.stringify(comparison, null, 2));
    else
      terminal.out(
        `\n${compareTable(comparison, terminal)}\n\nwrote ${folder}: ${Object.values(tableFiles).join(", ")}`,
      );
    return worked(comparison) ? EXIT.ok : EXIT.failed;
  } finally {
    stop.dispose();
  }
}

/** A requirement that does not hold is a result; what could not be run is none. */
const worked = ({ refused, runs }: Comparison): boolean =>
  refused.length === 0 && runs.every(({ status }) => status === "done" || status === "requirement");

type Task = PlannedRun | Stretch;

function listener(terminal: Terminal, say: (text: string) => void, quietly: boolean): Listener {
  let [ended, of, started, steps] = [0, 0, 0, 0];
  let left: number | null = null;
  return {
    outlook(outlook) {
      const { plan } = outlook;
      const warnings = quietly ? [] : plan.warnings;
      for (const { diagnostic, compiled } of warnings) report([diagnostic], compiled, {}, terminal);
      for (const { who, diagnostics, compiled } of quietly ? [] : refusals(plan.refused)) {
        terminal.err(`${who} does not run:\n`);
        report(diagnostics, compiled, {}, terminal);
      }
      for (const line of outlookLines(outlook)) say(line);
      of = outlook.runs - outlook.complete + plan.stretches.length;
      left = outlook.steps;
      started = performance.now();
    },
    began: () => undefined,
    event: (_, event) => void (steps += event.kind === "step" ? 1 : 0),
    ended(task, outcome) {
      ended++;
      const seconds = (performance.now() - started) / 1000;
      const rest = left === null || steps < 100 ? null : ((left - steps) / steps) * seconds;
      const soon = rest === null || rest < 1 ? "" : `; about ${clock(rest)} left`;
      say(`${String(ended).padStart(String(of).length)}  ${nameOf(task)}: ${ending(outcome)}${soon}`);
    },
  };
}

/** What keeps several amounts of a program from running is said once. */
function refusals(refused: readonly Refused[]) {
  const groups = new Map<string, Refused[]>();
  for (const one of refused) {
    const key = JSON.stringify([one.name, one.diagnostics.map(({ code, span }) => [code, span])]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    const at = group.flatMap(({ amount }) => amount ?? []).join(", ");
    const who = `${first?.name ?? ""}${at === "" ? "" : ` at ${at}`}`;
    return { who, diagnostics: first?.diagnostics ?? [], compiled: first?.compiled ?? null };
  });
}

const nameOf = (task: Task): string => {
  if (!("variant" in task)) return `shared beginning, seed ${task.seed}`;
  const { program, amount } = task.variant;
  return `${program.name}${amount === null ? "" : ` ${amount}`}, seed ${task.seed}`;
};

function ending(outcome: Outcome | null): string {
  if (outcome === null) return "trained";
  if (outcome.kind === "interrupted") return "interrupted; the same command goes on from here";
  if (outcome.kind === "failed") return outcome.text;
  const { after, before, failed } = outcome.report;
  const smaller = `${(before.params / Math.max(1, after.nonzeroParams)).toFixed(1)}× smaller`;
  const facts = [...(after.accuracy === null ? [] : [percent(after.accuracy, 2)]), smaller];
  return `${facts.join(", ")}${failed === null ? "" : ` (${failed})`}`;
}

function outlookLines({ plan, runs, complete, steps, saved, seconds, rate }: Outlook): string[] {
  const done = complete === 0 ? "" : `, ${grouped(complete)} of them complete already`;
  if (runs === complete) return [`${counted(runs, "runs")}${done}: nothing is left to train`];
  const shared = plan.stretches.length;
  const total =
    steps === null ? "only the runs can tell how many steps are left" : `${counted(steps, "steps")} to train`;
  const lines = [`${counted(runs, "runs")}${done}; ${total}`];
  if (saved === null) lines.push("what they have in common is trained once");
  else if (saved > 0)
    lines.push(
      `${counted(shared, "beginnings")} that runs have in common ${shared === 1 ? "is" : "are"} trained once: ${counted(saved, "steps")} less`,
    );
  if (seconds !== null && rate !== null)
    lines.push(
      `about ${clock(Math.max(1, seconds))}, at ${grouped(Math.round(rate))} steps a second in each process; measuring on test data comes on top`,
    );
  return lines;
}
