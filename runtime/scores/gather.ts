import type { Moment, PruningContext } from "../../core/events/context.js";
import type { ScoreRequest } from "../../core/events/scoring.js";
import { evaluate } from "../../core/expr/evaluate.js";
import type { CriterionIr } from "../../core/ir/types.js";
import type { Batch, Executor, Loss, Observation } from "../types.js";

/** What scoring works on: the network at work beside its masks. */
export interface ScoringContext extends PruningContext {
  /** For criteria over gradients and activations. */
  readonly executor?: Executor;
  /** Calibration batches, always the same for the same event. */
  batches?(count: number, moment: Moment): AsyncIterable<Batch> | Iterable<Batch>;
  /** Sums kept by `over training` criteria since the last event of the statement, by statement id. */
  readonly accumulated?: ReadonlyMap<number, Accumulated>;
}

/** A criterion computed on every training batch and summed. */
export interface Accumulated {
  readonly steps: number;
  /** Sums by entry of the statement's space. */
  readonly sums: Float64Array | Float32Array;
}

/** What runs batches: a criterion at a moment. */
export type Scored = Pick<ScoreRequest, "criterion" | "moment">;

/** What the passes over the batches of a criterion are for. */
interface Passes {
  /** Default true. */
  readonly gradients?: boolean;
  /** Whether the squares of gradients are wanted. Default false. */
  readonly squares?: boolean;
  readonly observations?: readonly Observation[];
  /** Called with the gradients of every batch. */
  readonly after?: (gradients: ReadonlyMap<string, Float32Array>) => void;
}

/** Nothing is read by objectives that make their own input. */
const noData: Batch = { inputs: [], targets: [], size: 0 };

/** The batches that a criterion is computed on; one without data for the data-free objective. */
async function* calibration(context: ScoringContext, { criterion, moment }: Scored): AsyncGenerator<Batch> {
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

/** Runs the batches of a criterion through the executor; gives the means of gradients and of their squares over them. */
export async function meanGradients(
  context: ScoringContext,
  scored: Scored,
  { gradients = true, squares = false, observations = [], after }: Passes = {},
): Promise<{ readonly g: Map<string, Float32Array>; readonly g2: Map<string, Float32Array> }> {
  const { executor } = context;
  const { name, under, statistics } = scored.criterion;
  if (executor === undefined) throw new Error(`\`${name}\` needs an executor`);
  const observe = together(observations);
  const sums = { g: new Map<string, Float32Array>(), g2: new Map<string, Float32Array>() };
  let batches = 0;
  for await (const batch of calibration(context, scored)) {
    let ofBatch: ReadonlyMap<string, Float32Array> = new Map();
    // The statistics of a batch, and an input of ones, are had in passes with gradients alone.
    if (gradients || statistics === "batch" || under === "synflow") {
      const objective = under === "synflow" ? "synflow" : "loss";
      ofBatch = executor.gradients(batch, objective, { observe, statistics, loss: lossOf(under) }).gradients;
    } else executor.evaluate(batch, observe);
    batches++;
    for (const [key, gradient] of ofBatch) {
      const g = sums.g.get(key);
      if (g === undefined) sums.g.set(key, gradient.slice());
      else for (let i = 0; i < g.length; i++) g[i] = (g[i] ?? 0) + (gradient[i] ?? 0);
      if (!squares) continue;
      const g2 = sums.g2.get(key) ?? new Float32Array(gradient.length);
      for (let i = 0; i < g2.length; i++) g2[i] = (g2[i] ?? 0) + (gradient[i] ?? 0) ** 2;
      sums.g2.set(key, g2);
    }
    after?.(ofBatch);
  }
  for (const map of [sums.g, sums.g2])
    for (const values of map.values())
      for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / Math.max(1, batches);
  return sums;
}

/** The loss that a score differentiates; unset where it is that of the network. */
function lossOf(under: CriterionIr["under"]): Loss | undefined {
  if (typeof under !== "object") return undefined;
  const { loss, temperature } = under;
  return { name: loss, ...(temperature !== undefined && { temperature }) };
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
