import * as is from "./declare.js";
import type { Of } from "./declare.js";

const id = is.integer(1);
/** A count: a number where every run has the same, else about so many, and the least and the most that dry runs came to. */
export type Estimate = Of<typeof estimate>;
const estimate = is.anyOf(is.number, is.object({ about: is.number, from: is.number, to: is.number }));

export type PlannedPhase = Of<typeof phase>;
const phase = is.object({
  /** Statement id, and which pass through it (1 for the first; repeats count on). */
  id,
  pass: id,
  epochs: is.number,
  stepsPerEpoch: is.maybe(is.number),
});

export type PlannedEvent = Of<typeof event>;
const event = is.object({
  /** Statement id. */
  id,
  action: is.oneOf("prune", "regrow", "slim", "quantize", "restore", "evaluate", "mark", "rewind"),
  /** Index into `phases`; null between phases. */
  phase: is.maybe(is.integer(0)),
  /** Fraction of the phase done in epochs (2 = end of epoch 2), and the step when known. */
  epoch: is.maybe(is.number),
  step: is.maybe(is.number),
  /** Only a run can tell whether it comes to this, or when: an `until` may end things before, or the data say when it is. */
  doubtful: is.optional(is.literal(true)),
  /** Units: asked for by the statement, and those that change sides after floors, ties, alignment. */
  nominal: is.maybe(estimate),
  reachable: is.maybe(estimate),
  /** After the event: dead of all in scope. */
  dead: is.maybe(estimate),
  total: is.maybe(is.number),
  /** Of dense tensors with dead units gone, and without single dead weights. */
  params: is.maybe(estimate),
  macs: is.maybe(estimate),
  nonzeroParams: is.maybe(estimate),
  nonzeroMacs: is.maybe(estimate),
  /** Milliseconds of a prediction, where the times of layers were at hand. */
  latency: is.optional(estimate),
  /** Live units per layer. */
  layers: is.list(is.object({ layer: is.text, live: estimate, total: is.number })),
});

/** What will happen, worked out before any training. */
export type PlanIr = Of<typeof plan>;
export const plan = is.object({
  network: is.object({ name: is.text, params: is.number, macs: is.number, units: is.number }),
  phases: is.list(phase),
  events: is.list(event),
});
