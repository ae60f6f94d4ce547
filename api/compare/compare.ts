import { join, resolve } from "node:path";
import { version } from "../../compiler/version.js";
import { takeLock } from "../../runtime/checkpoint/lock.js";
import { carryOut, completed, missing, type Hear } from "./carry-out.js";
import { openFolder, tableFiles, write } from "./folders.js";
import { comparisonHtml } from "./page.js";
import { planComparison } from "./plan.js";
import { measureRate } from "./rate.js";
import { comparisonOf, csvOf, type Comparison } from "./rows.js";
import { savedSteps } from "./stretches.js";
import type { CompareOptions, ComparePlan } from "./types.js";

/** What a comparison says before it starts. */
export interface Outlook {
  readonly plan: ComparePlan;
  /** Runs in all, and those that are complete already. */
  readonly runs: number;
  readonly complete: number;
  /** Updates still to be made, and those that sharing beginnings saves of what is left; null where only a run can tell. */
  readonly steps: number | null;
  readonly saved: number | null;
  /** Seconds that the rest may take; null where that is not known. */
  readonly seconds: number | null;
  /** Updates a second in one process, as measured for this. */
  readonly rate: number | null;
}

export interface Listener extends Hear {
  /** Programs that do not run and warnings are in the plan. */
  outlook(outlook: Outlook): void;
}

/**
 * Runs programs at amounts with seeds in processes of their own, and writes a table of what they came to into `out`. What an earlier
 * call left there is taken over: runs that are complete stay, those under way go on.
 * @throws DiagnosticError P9505 where `out` holds something else; P7005 while another comparison writes to it
 */
export async function compare(
  given: CompareOptions,
  command: string | null,
  hear: Listener,
): Promise<Comparison> {
  const options = { ...given, out: resolve(given.out) };
  const lock = await takeLock(options.out, { again: false });
  try {
    await openFolder(options.out);
    const plan = await planComparison(options);
    const done = await completed(plan, options);
    const stretches = await missing(plan, done, options);
    const left = plan.runs.filter((run) => !done.has(run));
    const trained = left.reduce<number | null>(
      (sum, { variant }) => (sum === null || variant.chain.steps === null ? null : sum + variant.chain.steps),
      0,
    );
    const saved = savedSteps(
      stretches,
      left.map(({ parent }) => parent),
    );
    const steps = trained === null || saved === null ? null : trained - saved;
    const rate = left.length === 0 ? null : await measureRate(left[0]?.variant ?? null, options);
    const hands = Math.min(options.jobs, left.length);
    const seconds = steps === null || rate === null ? null : steps / rate / Math.max(1, hands);
    hear.outlook({ plan, runs: plan.runs.length, complete: done.size, steps, saved, seconds, rate });
    const outcomes = await carryOut(plan, options, { done, stretches, hear });
    const comparison = comparisonOf(plan, outcomes, { espalier: version, command, seeds: options.seeds });
    await write(join(options.out, tableFiles.json), `${JSON.stringify(comparison, null, 2)}\n`);
    await write(join(options.out, tableFiles.csv), csvOf(comparison));
    await write(join(options.out, tableFiles.html), await comparisonHtml(comparison));
    return comparison;
  } finally {
    lock.release();
  }
}
