import { structureKind } from "../../core/ir/structure.js";
import type { CriterionIr, ExprIr, PruneIr, ScopeIr, SelectionIr, StructureIr } from "../../core/ir/types.js";
import { selectUnits } from "../../core/choose/allocate.js";
import { combineMembers } from "../../core/choose/combine.js";
import type { PruningContext } from "../../core/events/context.js";
import { masters } from "../../core/events/restore.js";
import { evaluateEntries, type Domain } from "../../core/expr/domain.js";
import { spaceDomain } from "../../core/expr/domains.js";
import { namesIn, needsData, usualMembers, withoutValue, type Place } from "../../core/expr/names.js";
import { entryNode, type Node } from "../../core/expr/nodes.js";
import { bodiesIn, keyOf, sampleTerms } from "../../core/expr/terms.js";
import { living } from "../../core/masks/state.js";
import { cachedSpace } from "../../core/units/cached-space.js";
import type { Space } from "../../core/units/space.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Observation } from "../types.js";
import type { Accumulated } from "./context.js";
import { sampleStatistics, type SampleStatistics } from "./sample-statistics.js";

type Gradients = ReadonlyMap<string, Float32Array>;

/** Scores on the batch that a step of training runs anyway: nothing is run for them. */
interface StepScoring {
  /** What the pass of the step shall show; undefined where nothing of it is read. */
  watch(context: PruningContext): Observation | undefined;
  /** What expressions are worked out over once the gradients of the step are known. */
  over(context: PruningContext, gradients: Gradients): { readonly space: Space; readonly domain: Domain };
}

/** @throws DiagnosticError P7010 for a name that has no value in a step */
function stepScoring(
  id: number,
  exprs: readonly ExprIr[],
  place: Place,
  spaceNow: (context: PruningContext) => Space,
  latent = false,
): StepScoring {
  const lost = withoutValue(exprs, place);
  if (lost !== undefined) raise("P7010", lost.message, { help: lost.help });
  const squares = namesIn(...exprs).includes("g2");
  const terms = sampleTerms(exprs, true);
  let statistics: SampleStatistics | null = null;
  let watched: Space | null = null;
  return {
    watch(context) {
      if (terms.length === 0) return undefined;
      const space = spaceNow(context);
      if (statistics === null || watched !== space) statistics = sampleStatistics(space, terms);
      else statistics.clear();
      watched = space;
      return statistics.observation;
    },
    over(context, g) {
      const space = spaceNow(context);
      const domain = spaceDomain(space, {
        seed: context.seed,
        keys: [id],
        slots: context.slots,
        g,
        ...(squares && { g2: new Map([...g].map(([key, values]) => [key, values.map((one) => one * one)])) }),
        ...(latent && { w: masters(context) }),
        ...(statistics !== null && { gathered: statistics.node }),
      });
      return { space, domain };
    },
  };
}

/** Chooses in every step, by a score on its batch. */
export interface StepChoice {
  watch(context: PruningContext): Observation | undefined;
  /** The share of the living units that score lowest (`bottom`) or highest (`top`), as flags. */
  choose(
    context: PruningContext,
    share: number,
    gradients: Gradients,
  ): { readonly space: Space; readonly chosen: Uint8Array };
}

export function stepChoice(
  id: number,
  rule: { readonly end: "top" | "bottom"; readonly by: CriterionIr; readonly scope: ScopeIr },
  spaceNow: (context: PruningContext) => Space,
): StepChoice {
  const { expr } = rule.by;
  const scoring = stepScoring(id, [expr], "step", spaceNow);
  const options = { scope: rule.scope, keeping: 0, collapse: true, aligned: 1 };
  return {
    watch: (context) => scoring.watch(context),
    choose(context, share, gradients) {
      const { space, domain } = scoring.over(context, gradients);
      const members = usualMembers(expr, structureKind(space.structure));
      const scores = combineMembers(space, evaluateEntries(expr, domain), members);
      if (rule.end === "top") for (let i = 0; i < scores.length; i++) scores[i] = -(scores[i] ?? 0);
      const open = space.status.map((code) => (code === living ? 1 : 0));
      return {
        space,
        chosen: selectUnits(space, scores, open, { kind: "drop", value: share }, options).chosen,
      };
    },
  };
}

/** What is summed for a statement whose scores are taken over training. */
export interface AccumulatedScores {
  readonly criterion: CriterionIr;
  readonly structure: StructureIr;
  readonly layers: SelectionIr;
  readonly joins?: PruneIr["joins"] | undefined;
  /** A threshold or an allocation beside the score. */
  readonly beside?: ExprIr | undefined;
  /** Whether what is latently dead is scored with the values underneath. */
  readonly latent?: boolean | undefined;
}

/** A criterion `over training`: computed on every training batch and summed until its statement's next event. */
export interface Accumulator {
  watch(context: PruningContext): Observation | undefined;
  /** After the gradients of a step are known and before the update. */
  add(context: PruningContext, gradients: Gradients): void;
  /** What was summed since the last `clear`; undefined before the first step. */
  sums(): Accumulated | undefined;
  clear(): void;
}

/** `before`: sums to go on from, as a checkpoint kept them. */
export function accumulator(id: number, scores: AccumulatedScores, before?: Accumulated): Accumulator {
  const { criterion, structure, layers, joins, beside, latent } = scores;
  const exprs = accumulatedExprs(criterion, beside);
  const scoring = stepScoring(id, exprs, "training", cachedSpace(structure, layers, joins), latent);
  let steps = before?.steps ?? 0;
  let sums: Accumulated["sums"] | null = before?.sums ?? null;
  return {
    watch: (context) => scoring.watch(context),
    add(context, gradients) {
      const { space, domain } = scoring.over(context, gradients);
      const length = exprs.length * space.entries;
      if (sums === null || sums.length !== length) {
        sums = domain.elementary ? new Float32Array(length) : new Float64Array(length);
        steps = 0;
      }
      steps++;
      for (const [n, expr] of exprs.entries()) {
        const values = evaluateEntries(expr, domain);
        const from = n * space.entries;
        for (let i = 0; i < values.length; i++) sums[from + i] = (sums[from + i] ?? 0) + (values[i] ?? 0);
      }
    },
    sums: () => (sums === null ? undefined : { steps, sums }),
    clear() {
      sums = null;
      steps = 0;
    },
  };
}

/** The score, and what is read of data beside it: each is averaged over the steps. */
function accumulatedExprs({ expr, under }: CriterionIr, beside: ExprIr | undefined): readonly ExprIr[] {
  const bodies = beside === undefined ? [] : bodiesIn(beside);
  const reading = bodies.filter((body) => needsData(namesIn(body), under));
  return [...new Map([expr, ...reading].map((one) => [keyOf(one), one])).values()];
}

/** What was accumulated, as means of the steps; undefined where it does not fit the units as they stand. */
export function accumulatedNodes(
  { steps, sums }: Accumulated,
  criterion: CriterionIr,
  beside: ExprIr | undefined,
  { entries }: Space,
): ((expr: ExprIr) => Node | undefined) | undefined {
  const exprs = accumulatedExprs(criterion, beside);
  if (sums.length !== exprs.length * entries) return undefined;
  const nodes = new Map(
    exprs.map((expr, n) => {
      const means = sums.slice(n * entries, (n + 1) * entries).map((sum) => sum / Math.max(1, steps));
      return [keyOf(expr), entryNode(means)];
    }),
  );
  return (expr) => nodes.get(keyOf(expr));
}
