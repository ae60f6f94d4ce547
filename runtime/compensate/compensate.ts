import { compensations, type FittedOn } from "../../core/compensate/methods.js";
import { overAllRows, take, toldOf } from "../../core/compensate/own.js";
import { lostIn } from "../../core/compensate/lost.js";
import {
  addToFit,
  newFit,
  settle,
  workOf,
  type Fit,
  type Problem,
  type Refitted,
} from "../../core/compensate/refit.js";
import { tooMuchWork, type Systems } from "../../core/compensate/limits.js";
import { raise } from "../../core/diagnostics/create.js";
import type { CompensatingIr } from "../../core/ir/types.js";
import { ungatedView } from "../../core/masks/masked.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { Moment } from "../../core/events/context.js";
import type { ScoringContext } from "../scores/gather.js";
import type { Batch, Executor } from "../types.js";
import { placesDrawn, rowsRead } from "./samples.js";

/** The network just before an event, as far as it is needed to make up for what goes. */
export interface Before {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly channels: Uint8Array;
}

/** Copies what the network computes with. */
export function rememberBefore(context: ScoringContext): Before {
  const weights = new Map([...ungatedView(context)].map(([key, { data }]) => [key, data.slice()] as const));
  return { weights, channels: context.state.channels.slice() };
}

/** A layer and how far its outputs on the calibration batches are off, of their size. */
export interface Compensated {
  readonly layer: string;
  readonly was: number;
  readonly is: number;
}

interface Outcome {
  readonly layers: readonly Compensated[];
  /** Paths of layers that lost weights and could not be re-fitted. */
  readonly others: readonly string[];
  /** Paths of those that had fewer samples than weights for each output. */
  readonly few: readonly string[];
}

/** What a log says of it. */
export function compensatedNotes({ layers, others, few }: Outcome): readonly string[] {
  const listed = (paths: readonly string[]): string => paths.map((path) => `\`${path}\``).join(", ");
  const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
  return [
    ...layers.map(
      ({ layer, was, is }) =>
        `\`${layer}\` re-fitted: its outputs are off by ${percent(is)} (${percent(was)} before)`,
    ),
    ...(others.length > 0 ? [`not re-fitted: ${listed(others)}`] : []),
    ...(few.length > 0
      ? [`fewer samples than weights for each output, take more batches: ${listed(few)}`]
      : []),
  ];
}

/**
 * After an event: the layers that lost weights are re-fitted, one after the other in the order of the network, so that their
 * outputs before the activation on calibration batches come closest to what they were (`core/compensate/refit.ts`).
 *
 * - `least-squares`: each on what it reads now, with what was changed in front of it (He, Zhang, Sun 2017): the batches pass twice
 *   for each layer, through the network as it was and as it is.
 * - `obs`: each on what it read before, its Hessian where the network stood (Hassibi, Stork 1993; layer by layer, Dong, Chen, Pan
 *   2017): once for each layer.
 * - one in JavaScript: on either, and what comes of it is its own.
 *
 * Of layers with many places (images, sequences) `points` of each example are drawn. Weights are uploaded when it returns.
 *
 * @throws DiagnosticError P4013 for a layer that would take too long, P7018 and P7019 for JavaScript that is not given, or fails
 */
export async function compensate(
  context: ScoringContext,
  ir: CompensatingIr,
  before: Before,
  moment: Moment,
): Promise<Outcome> {
  const way = wayOf(ir, context);
  const { problems, others } = lostIn(context, before);
  for (const { problem } of problems) way.check(problem);
  // The masks of the event are not in the variables yet.
  context.executor?.upload();
  const layers: Compensated[] = [];
  const few: string[] = [];
  for (const { index, problem } of problems) {
    const fit = newFit(way.over(problem));
    const { path } = problem.layer;
    await forEachBatch(context, ir, moment, (batch, number) => {
      const draw = (call: number, example: number, places: number): Int32Array =>
        placesDrawn(context.seed, [moment.key, number, call, example], places, ir.points);
      const read = (): Float32Array => samplesOf(required(context.executor), batch, index, problem, draw);
      const now = way.on === "before" ? null : read();
      const then = withWeights(context, before.weights, read);
      addToFit(fit, then, now ?? then);
    });
    layers.push({ layer: path, ...(await way.settle(fit)) });
    if (fit.moments.samples < problem.rows.length) few.push(path);
    context.executor?.upload([problem.layer.kernel, problem.layer.bias ?? problem.layer.kernel]);
  }
  return { layers, others, few };
}

/** How layers are re-fitted. */
interface Way {
  readonly on: FittedOn;
  /** @throws DiagnosticError P4013 */
  check(problem: Problem): void;
  /** The problem that samples are summed up for. */
  over(problem: Problem): Problem;
  settle(fit: Fit): Refitted | Promise<Refitted>;
}

function wayOf(ir: CompensatingIr, { own }: Pick<ScoringContext, "own">): Way {
  const check = ({ layer }: Problem, systems: Systems, work?: number): void => {
    const refused = tooMuchWork("re-fitting", layer.path, systems, work);
    if (refused !== null) raise("P4013", refused.message, refused);
  };
  if (!("own" in ir))
    return {
      on: compensations[ir.method],
      check: (problem) => {
        const { systems, rows } = problem;
        check(problem, { systems: systems.length, unknowns: rows.length }, workOf(problem));
      },
      over: (problem) => problem,
      settle: (fit) => settle(fit, ir.ridge),
    };
  if (own === undefined) throw new Error("a compensation in JavaScript needs what works it out");
  const { on, refit } = own.compensation(ir.method);
  return {
    on,
    check: (problem) => check(problem, { systems: 1, unknowns: overAllRows(problem).rows.length }),
    over: overAllRows,
    settle: async (fit) => take(fit, await refit(toldOf(fit), ir.args)),
  };
}

const required = (executor: Executor | undefined): Executor => {
  if (executor === undefined) throw new Error("compensating needs an executor");
  return executor;
};

async function forEachBatch(
  context: ScoringContext,
  { batches }: CompensatingIr,
  moment: Moment,
  visit: (batch: Batch, number: number) => void,
): Promise<void> {
  if (context.batches === undefined) throw new Error("compensating needs data");
  let number = 0;
  for await (const batch of context.batches(batches, moment)) visit(batch, number++);
}

/** What a layer reads in a batch, at the places drawn of each example of each of its calls. */
function samplesOf(
  executor: Executor,
  batch: Batch,
  index: number,
  { layer }: Problem,
  draw: (call: number, example: number, places: number) => Int32Array,
): Float32Array {
  const parts: Float32Array[] = [];
  executor.evaluate(batch, {
    layers: [index],
    onActivation: (_, call, __, ___, data, shape) =>
      parts.push(rowsRead(layer, { data, shape }, (example, places) => draw(call, example, places))),
  });
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Works something out with other weights in place of those of the network, which are as they were after. */
function withWeights<T>(
  { parameters, executor }: { readonly parameters: ParameterStore; readonly executor?: Executor },
  weights: ReadonlyMap<string, Float32Array>,
  work: () => T,
): T {
  const kept = new Map([...weights.keys()].map((key) => [key, parameters.get(key)?.data.slice()] as const));
  const put = (values: ReadonlyMap<string, Float32Array | undefined>): void => {
    for (const [key, data] of values) if (data !== undefined) parameters.get(key)?.data.set(data);
    executor?.upload(values.keys());
  };
  put(weights);
  try {
    return work();
  } finally {
    put(kept);
  }
}
