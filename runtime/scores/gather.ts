import type { CriterionIr } from "../../core/ir/types.js";
import { evaluate } from "../../core/expr/evaluate.js";
import type { Batch, Observation } from "../types.js";
import type { Moment } from "../../core/events/context.js";
import type { ScoringContext } from "./context.js";

/** Sums of gradients and of their squares over batches. */
export interface GradientSums {
  readonly g: Map<string, Float32Array>;
  readonly g2: Map<string, Float32Array>;
  batches: number;
}

/** Nothing is read by objectives that make their own input. */
const noData: Batch = { inputs: [], targets: [], size: 0 };

/** The batches that a criterion is computed on; one without data for the data-free objective. */
export async function* calibration(
  context: ScoringContext,
  criterion: CriterionIr,
  moment: Moment,
): AsyncGenerator<Batch> {
  if (criterion.under === "synflow") {
    yield noData;
    return;
  }
  const { over } = criterion;
  const asked = over === undefined || over === "training" ? 1 : evaluate(over, new Map());
  const count = Math.max(1, Math.round(asked ?? 1));
  if (context.batches === undefined) throw new Error(`\`${criterion.name}\` needs data`);
  yield* context.batches(count, moment);
}

/** Runs the batches through the executor, with gradients where they are wanted, and calls `after` with those of every batch. */
export async function runBatches(
  context: ScoringContext,
  criterion: CriterionIr,
  moment: Moment,
  wants: { readonly gradients: boolean; readonly observations: readonly Observation[] },
  after: (gradients: ReadonlyMap<string, Float32Array>) => void,
): Promise<number> {
  const { executor } = context;
  if (executor === undefined) throw new Error(`\`${criterion.name}\` needs an executor`);
  const observe = together(wants.observations);
  let batches = 0;
  for await (const batch of calibration(context, criterion, moment)) {
    // The statistics of a batch are had in passes with gradients alone.
    if (wants.gradients || criterion.statistics === "batch") {
      const objective = criterion.under === "synflow" ? "synflow" : "loss";
      after(executor.gradients(batch, objective, { observe, statistics: criterion.statistics }).gradients);
    } else {
      executor.evaluate(batch, observe);
      after(new Map());
    }
    batches++;
  }
  return batches;
}

/** Several observations in one pass. */
export function together(observations: readonly Observation[]): Observation | undefined {
  const [first, ...rest] = observations.filter(({ layers }) => layers.length > 0);
  if (first === undefined || rest.length === 0) return first;
  const all = [first, ...rest];
  return {
    layers: [...new Set(all.flatMap(({ layers }) => layers))],
    onActivation: (...given) => all.forEach((one) => one.onActivation?.(...given)),
    onGradient: (...given) => all.forEach((one) => one.onGradient?.(...given)),
  };
}

export function newSums(): GradientSums {
  return { g: new Map(), g2: new Map(), batches: 0 };
}

/** Adds the gradients of one batch. */
export function addGradients(
  sums: GradientSums,
  gradients: ReadonlyMap<string, Float32Array>,
  squares: boolean,
): void {
  sums.batches++;
  for (const [key, gradient] of gradients) {
    const g = sums.g.get(key);
    if (g === undefined) sums.g.set(key, gradient.slice());
    else for (let i = 0; i < g.length; i++) g[i] = (g[i] ?? 0) + (gradient[i] ?? 0);
    if (!squares) continue;
    const g2 = sums.g2.get(key) ?? new Float32Array(gradient.length);
    for (let i = 0; i < g2.length; i++) g2[i] = (g2[i] ?? 0) + (gradient[i] ?? 0) ** 2;
    sums.g2.set(key, g2);
  }
}

/** Turns sums into means, in place. */
export function toMeans(sums: GradientSums): void {
  if (sums.batches <= 1) return;
  for (const map of [sums.g, sums.g2]) {
    for (const values of map.values())
      for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / sums.batches;
  }
}
