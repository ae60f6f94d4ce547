import { conditionsOf, readsData } from "../../../core/ir/accuracy-readers.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import { namesIn, needsData } from "../../../core/expr/names.js";
import { mentions, reads } from "../../../core/ir/mentions.js";
import { lengthOf } from "../../../core/ir/defaults.js";
import type { SearchIr } from "../../../core/ir/types.js";
import { mayEndEarly, scoringsOf, statements, type StatementIr } from "../../../core/ir/walk.js";
import { trialsOf } from "../../../core/search/registry.js";
import type { Network } from "../../../core/network/types.js";
import type { Simulation } from "../../plan/dry-run.js";
import { counted, grouped } from "../../plan/words.js";
import { compensationCosts } from "./compensations.js";
import { gradientPasses } from "./passes.js";

/** What a search costs: its block runs once for every trial and once more with the best. */
export interface SearchCost {
  readonly text: string;
  readonly trials: number;
  /** Of one pass of the block; steps are null where nobody knows them. */
  readonly epochs: number;
  readonly steps: number | null;
  /** Batches that scores pass over in one pass, each as often as it is. */
  readonly batches: number;
  /** The same of what is re-fitted, forward; `more` where only the run knows for how many layers, or how often. */
  readonly refit: { readonly batches: number; readonly more: boolean };
  /** Whether what is made large is measured on data after each trial. */
  readonly evaluates: boolean;
  /** Whether the limits have the block gone through without training before it trains. */
  readonly rehearses: boolean;
  /** True where something may end a pass early: its lengths are then the longest. */
  readonly atMost: boolean;
}

export function searchCosts(
  { searches, phases, events }: Simulation,
  network: Network | undefined,
): readonly SearchCost[] {
  return searches.map(({ statement, phases: [from, to], events: [first, last] }) => {
    const inside = phases.slice(from, to);
    const steps = inside.map(({ times, stepsPerEpoch }) =>
      stepsPerEpoch === null ? null : Math.round(times.epochs * stepsPerEpoch),
    );
    return {
      text: statement.text,
      trials: trialsOf(statement.agent),
      epochs: inside.reduce((sum, { times }) => sum + times.epochs, 0),
      steps: steps.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + n), 0),
      batches: events.slice(first, last).reduce((sum, { statement: one }) => sum + batchesOf(one), 0),
      refit: refitOf(
        events.slice(first, last).map((event) => event.statement),
        network,
      ),
      evaluates: readsData(statement.maximizing),
      rehearses: statement.within !== undefined,
      atMost: statements(statement.body).some((one) => isOpen(one, statement)),
    };
  });
}

/** Batches that an event passes over for its scores. */
function batchesOf(statement: StatementIr): number {
  return scoringsOf(statement).reduce((sum, { criterion: { expr, over, under, probes }, beside, at }) => {
    const read = namesIn(expr, ...beside);
    if (at === "step" || over === "training" || !needsData(read, under)) return sum;
    return sum + (evaluate(over ?? 1, new Map()) ?? 1) * (gradientPasses(read, probes) ?? 1);
  }, 0);
}

/** Batches that these events pass over to re-fit layers. */
function refitOf(events: readonly StatementIr[], network: Network | undefined): SearchCost["refit"] {
  const costs = compensationCosts(events, network);
  return {
    batches: costs.reduce(
      (sum, { batches, passes, layers }) => sum + batches * (passes ?? 1) * (layers?.length ?? 1),
      0,
    ),
    more: costs.some(({ layers, passes }) => layers === null || passes === null),
  };
}

/** Whether only a run can tell how long a statement lasts. */
function isOpen(statement: StatementIr, { as }: SearchIr): boolean {
  const variable = new Set([as]);
  if (statement.kind === "train") return mayEndEarly(statement) || reads(lengthOf(statement).value, variable);
  if (statement.kind !== "repeat") return false;
  return (
    conditionsOf(statement).length > 0 || reads(statement.times, variable) || mentions(statement, variable)
  );
}

export function searchLine({
  text,
  trials,
  epochs,
  steps,
  batches,
  refit,
  evaluates,
  rehearses,
  atMost,
}: SearchCost): string {
  const passes = trials + 1;
  const most = atMost ? "at most " : "";
  const length = (times: number): string =>
    `${most}${counted(Number((times * epochs).toFixed(4)), "epochs")}${steps === null ? "" : ` (${counted(times * steps, "steps")})`}`;
  const training = epochs === 0 ? "no training" : `${length(1)} each, ${length(passes)} in all`;
  const scores =
    batches === 0
      ? ""
      : `; scores pass over ${counted(batches, "batches")} each, ${rehearses ? "about " : ""}${grouped((rehearses ? 2 : 1) * passes * batches)} in all`;
  const least = refit.more ? "at least " : "";
  const refitting =
    refit.batches === 0
      ? ""
      : `; re-fitting passes over ${least}${counted(refit.batches, "batches")} each, ${grouped(passes * refit.batches)} in all`;
  const evaluation = evaluates ? `; ${counted(trials, "evaluations")}` : "";
  const wall = rehearses ? "; before it trains, every proposal goes through the block without training" : "";
  return `${text}: ${counted(trials, "trials")} and a last run with the best: ${training}${scores}${refitting}${evaluation}${wall}`;
}
