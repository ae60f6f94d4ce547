import * as is from "./declare.js";
import type { Of } from "./declare.js";

const id = is.integer(1);
/** From a least to a most, alike where the number is exact. */
const range = is.pair(is.number, is.number);

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
  action: is.oneOf("prune", "regrow", "slim", "restore", "evaluate", "mark", "rewind"),
  /** Index into `phases`; null between phases. */
  phase: is.maybe(is.integer(0)),
  /** Fraction of the phase done in epochs (2 = end of epoch 2), and the step when known. */
  epoch: is.maybe(is.number),
  step: is.maybe(is.number),
  /** Units: asked for by the statement, and reachable after floors, ties, alignment. Exact or a range. */
  nominal: is.maybe(is.number),
  reachable: is.maybe(range),
  /** After the event: dead of all in scope. */
  dead: is.maybe(range),
  total: is.maybe(is.number),
  params: is.maybe(range),
  macs: is.maybe(range),
  /** Live units per layer where exact. */
  layers: is.list(is.object({ layer: is.text, live: range, total: is.number })),
});

/** What will happen, worked out before any training. */
export type PlanIr = Of<typeof plan>;
export const plan = is.object({
  network: is.object({ name: is.text, params: is.number, macs: is.number, units: is.number }),
  phases: is.list(phase),
  events: is.list(event),
});
