import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { hashJson } from "../../core/ir/hash.js";
import type { Report } from "../../runtime/report/types.js";
import { reportIn } from "../../runtime/run/host/folder.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import type { Shared } from "../apart/process.js";
import { EndedEarly, trainApart } from "../apart/train.js";
import { begin, goOnFrom, markDone, readOf } from "./folders.js";
import type { CompareOptions, ComparePlan, PlannedRun, Stretch, Variant } from "./types.js";

/** How a run ended. */
export type Outcome =
  | { readonly kind: "done"; readonly report: Report }
  /** A mistake ended it; an early end is one. */
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[]; readonly text: string }
  /** The comparison was interrupted. */
  | { readonly kind: "interrupted" };

/** What is told meanwhile. */
export interface Hear {
  began(task: PlannedRun | Stretch): void;
  event(task: PlannedRun | Stretch, event: ProgressEvent): void;
  ended(task: PlannedRun | Stretch, outcome: Outcome | null): void;
}

type Task = PlannedRun | Stretch;
const isRun = (task: Task): task is PlannedRun => "variant" in task;

/** The reports of runs that an earlier comparison in this folder has brought to their end. */
export async function completed(
  plan: ComparePlan,
  { out }: CompareOptions,
): Promise<ReadonlyMap<PlannedRun, Report>> {
  const found = new Map<PlannedRun, Report>();
  for (const run of plan.runs) {
    const folder = join(out, run.folder);
    if ((await readOf(folder))?.key !== keyOf(run)) continue;
    const report = await reportIn(folder);
    if (report !== null) found.set(run, report);
  }
  return found;
}

/** Beginnings that are still to be trained: those that runs which are not complete go on from. */
export async function missing(
  plan: ComparePlan,
  done: ReadonlyMap<PlannedRun, Report>,
  { out }: CompareOptions,
): Promise<readonly Stretch[]> {
  const needed = new Set<Stretch>();
  const need = async (one: Stretch | null): Promise<void> => {
    if (one === null || needed.has(one)) return;
    const of = await readOf(join(out, stretchFolder(one)));
    if (of?.key === one.hash && of.done === true) return;
    needed.add(one);
    await need(one.parent);
  };
  for (const run of plan.runs) if (!done.has(run)) await need(run.parent);
  return plan.stretches.filter((one) => needed.has(one));
}

/** Runs what is left, so many processes at a time; what fails keeps nothing else from going on but what needs it. */
export async function carryOut(
  plan: ComparePlan,
  options: CompareOptions,
  {
    done,
    stretches,
    hear,
  }: {
    readonly done: ReadonlyMap<PlannedRun, Report>;
    readonly stretches: readonly Stretch[];
    readonly hear: Hear;
  },
): Promise<ReadonlyMap<PlannedRun, Outcome>> {
  const outcomes = new Map<PlannedRun, Outcome>();
  for (const [run, report] of done) outcomes.set(run, { kind: "done", report });
  const failed = new Map<Stretch, Outcome>();
  const waiting = new Set<Task>([...stretches, ...plan.runs.filter((run) => !done.has(run))]);
  const open = new Set<Stretch>(stretches);
  const settle = (task: Task, outcome: Outcome | null): void => {
    if (isRun(task)) outcomes.set(task, outcome ?? { kind: "interrupted" });
    else {
      open.delete(task);
      if (outcome !== null) failed.set(task, outcome);
    }
    hear.ended(task, outcome);
  };
  const work = async (): Promise<void> => {
    for (;;) {
      const next = [...waiting].find(({ parent }) => parent === null || !open.has(parent));
      if (next === undefined) return;
      waiting.delete(next);
      const broken = next.parent === null ? undefined : failed.get(next.parent);
      if (options.signal?.aborted === true) settle(next, { kind: "interrupted" });
      else if (broken !== undefined) settle(next, broken);
      else {
        hear.began(next);
        settle(next, await trainTask(next, options, (event) => hear.event(next, event)));
        // What waited for it may keep more hands busy than this one's.
        while (workers.size < options.jobs && waiting.size > 0) start();
      }
    }
  };
  const workers = new Set<Promise<void>>();
  const start = (): void => {
    const worker = work().finally(() => workers.delete(worker));
    workers.add(worker);
  };
  while (workers.size < options.jobs) start();
  while (workers.size > 0) await Promise.all(workers);
  return outcomes;
}

/** Null of a shared beginning that was trained to its end. */
async function trainTask(
  task: Task,
  options: CompareOptions,
  hear: (event: ProgressEvent) => void,
): Promise<Outcome | null> {
  const variant = isRun(task) ? task.variant : task.of;
  const folder = join(options.out, isRun(task) ? task.folder : stretchFolder(task));
  const key = keyOf(task);
  const { parent } = task;
  const shared: Shared = {
    ...(parent !== null && { beginning: parent.hash }),
    ...(!isRun(task) && { program: task.hash, leaveAt: task.place }),
  };
  try {
    await begin(folder, key);
    if (parent !== null) await goOnFrom(join(options.out, stretchFolder(parent)), folder);
    await trainApart({ ...orderOf(variant, task.seed, folder, options), shared }, hear, options.signal);
  } catch (cause) {
    if (cause instanceof EndedEarly) {
      if (options.signal?.aborted === true) return { kind: "interrupted" };
      const help = "the same command goes on from its last checkpoint";
      return {
        kind: "failed",
        diagnostics: [],
        text: `its process ended ${cause.how.replace(/^by/, "early, by")}: ${help}`,
      };
    }
    if (!(cause instanceof DiagnosticError)) throw cause;
    const { diagnostics } = cause;
    const left = diagnostics.some(({ code }) => code === "P7009");
    if (left && !isRun(task)) {
      await markDone(folder, key);
      return null;
    }
    const report = isRun(task) ? await reportIn(folder) : null;
    // A requirement that does not hold is a result.
    if (report !== null) return { kind: "done", report };
    return left
      ? { kind: "interrupted" }
      : { kind: "failed", diagnostics, text: diagnostics[0]?.message ?? "" };
  }
  const report = isRun(task) ? await reportIn(folder) : null;
  if (report !== null) return { kind: "done", report };
  await rm(folder, { recursive: true, force: true });
  return { kind: "failed", diagnostics: [], text: "what it left cannot be read back" };
}

function orderOf({ program, set, bound }: Variant, seed: number, out: string, options: CompareOptions) {
  const { epochs, batch, masks, backend, threads, checkpointEvery, allowJs } = options;
  const given = { file: program.file, ...bound, set, epochs, batch, masks };
  const often = checkpointEvery === undefined ? {} : { checkpointEvery };
  const on = { ...(backend !== undefined && { backend }), ...(threads !== undefined && { threads }) };
  const host = { ...on, ...often, allowJs, out, resume: true, latency: false };
  return { source: program.text, options: { ...given, ...host, seed } };
}

export const keyOf = (task: Task): string =>
  isRun(task) ? hashJson([task.variant.key, task.seed]) : task.hash;

/** Where a shared beginning lies, relative to the folder of the comparison. */
export const stretchFolder = ({ hash, seed }: Stretch): string => `shared/${hash}/seed-${seed}`;
