import type { PruningContext } from "../../core/events/context.js";
import { evaluateEntries } from "../../core/expr/domain.js";
import { isName, nameRow, namesIn, needsData } from "../../core/expr/names.js";
import { entryNode, type Node } from "../../core/expr/nodes.js";
import { partsOf, typeOf } from "../../core/expr/operators.js";
import { batchTerms, bodiesIn, keyOf } from "../../core/expr/terms.js";
import type { CriterionIr, ExprIr } from "../../core/ir/types.js";
import { isElementary } from "../../core/units/element-space.js";
import { cachedSpace } from "../../core/units/spaces.js";
import type { Space } from "../../core/units/space.js";
import { accumulatedIr, type Known } from "../statements.js";
import type { AccumulateSpec } from "../helpers.js";
import type { Observation } from "../types.js";
import type { Accumulated } from "./gather.js";
import { stepScoring, type Gradients, type StepScoring } from "./on-step.js";

/** A criterion `over training`: computed on every training batch and summed until its statement's next event. */
interface Accumulator {
  readonly exprs: readonly ExprIr[];
  readonly scoring: StepScoring;
  /** Since the last event. */
  steps: number;
  sums: Accumulated["sums"] | null;
}

/** Criteria `over training` of the phase under way, by statement id: summed at every step, read and cleared at the events. */
export class TrainingSums {
  readonly #accumulators = new Map<number, Accumulator>();

  /** `before`: what a checkpoint kept of it; `known`: of the statements. */
  constructor(
    private readonly before: Map<number, Accumulated>,
    private readonly known: Known = {},
  ) {}

  announce(id: number, spec: AccumulateSpec): void {
    const scores = accumulatedIr(spec, this.known);
    const { by, structure, joins, beside, latent } = scores;
    const exprs = accumulatedExprs(by, beside, isElementary(structure));
    const space = cachedSpace(structure, scores, joins);
    const scoring = stepScoring(id, exprs, "training", space, latent);
    const { steps, sums } = this.before.get(id) ?? { steps: 0, sums: null };
    this.before.delete(id);
    this.#accumulators.set(id, { exprs, scoring, steps, sums });
  }

  /** What the pass of a step shall show for them. */
  watch(context: PruningContext): readonly Observation[] {
    return [...this.#accumulators.values()].flatMap(({ scoring }) => scoring.watch(context) ?? []);
  }

  /** After the gradients of a step are known and before the update. */
  add(context: PruningContext, gradients: Gradients): void {
    for (const one of this.#accumulators.values()) addStep(one, context, gradients);
  }

  /** What was summed since the last events; nothing before the first step. */
  sums(): ReadonlyMap<number, Accumulated> {
    const all = new Map<number, Accumulated>();
    for (const [id, { steps, sums }] of this.#accumulators) if (sums !== null) all.set(id, { steps, sums });
    return all;
  }

  clear(id: number): void {
    const one = this.#accumulators.get(id);
    if (one !== undefined) Object.assign(one, { steps: 0, sums: null });
  }

  get empty(): boolean {
    return this.#accumulators.size === 0;
  }
}

function addStep(one: Accumulator, context: PruningContext, gradients: Gradients): void {
  const { space, domain } = one.scoring.over(context, gradients);
  const length = one.exprs.length * space.entries;
  if (one.sums?.length !== length) {
    one.sums = domain.elementary ? new Float32Array(length) : new Float64Array(length);
    one.steps = 0;
  }
  const { sums } = one;
  one.steps++;
  for (const [n, expr] of one.exprs.entries()) {
    const values = evaluateEntries(expr, domain);
    const from = n * space.entries;
    for (let i = 0; i < values.length; i++) sums[from + i] = (sums[from + i] ?? 0) + (values[i] ?? 0);
  }
}

/**
 * The score, and what is read of data beside it: each is averaged over the steps. Of a score that reads data in `batches(E)` alone these
 * parts are, and what stands around them is worked out at the event, with the weights as they are then.
 */
function accumulatedExprs(
  { expr, under }: CriterionIr,
  beside: ExprIr | undefined,
  elementary: boolean,
): readonly ExprIr[] {
  const bodies = beside === undefined ? [] : bodiesIn(beside);
  const reading = bodies.filter((body) => needsData(namesIn(body), under));
  const parts = partsOverBatches(expr, under, elementary) ?? [expr];
  return [...new Map([...parts, ...reading].map((one) => [keyOf(one), one])).values()];
}

/** The `batches(E)` of a score that reads no data elsewhere; null for any other, and where they are no numbers of units. */
function partsOverBatches(
  expr: ExprIr,
  under: CriterionIr["under"],
  elementary: boolean,
): readonly ExprIr[] | null {
  const terms = batchTerms([expr]);
  const around = namesIn(...outside(expr));
  const fits = elementary || terms.every(({ inner }) => isReduced(inner));
  return terms.length > 0 && fits && !needsData(around, under) ? terms.map((term) => term.expr) : null;
}

/** What of an expression stands in no `batches(E)`: names and numbers. */
function outside(expr: ExprIr): readonly ExprIr[] {
  if (typeof expr !== "object") return [expr];
  return typeOf(expr) === "averaged" ? [] : partsOf(expr).flatMap(outside);
}

/** Whether an expression is one number for a unit. */
const isReduced = (expr: ExprIr): boolean =>
  typeof expr === "object"
    ? typeOf(expr) === "reduced" || partsOf(expr).every(isReduced)
    : typeof expr === "number" || (isName(expr) && nameRow(expr).type === "unit");

/** What was accumulated, as means of the steps; undefined where it does not fit the units as they stand. */
export function accumulatedNodes(
  { steps, sums }: Accumulated,
  criterion: CriterionIr,
  beside: ExprIr | undefined,
  { entries, elementary }: Space,
): ((expr: ExprIr) => Node | undefined) | undefined {
  const exprs = accumulatedExprs(criterion, beside, elementary);
  if (sums.length !== exprs.length * entries) return undefined;
  const nodes = new Map(
    exprs.map((expr, n) => {
      const means = sums.slice(n * entries, (n + 1) * entries).map((sum) => sum / Math.max(1, steps));
      return [keyOf(expr), entryNode(means)];
    }),
  );
  return (expr) => nodes.get(keyOf(expr));
}
