import { accumulator, type Accumulator } from "../../scores/accumulate.js";
import type { PruningContext } from "../../../core/events/context.js";
import type { Accumulated } from "../../scores/context.js";
import { criterionIr, selectionIr, structureIr } from "../../normalize.js";
import type { AccumulateSpec } from "../../specs.js";

/** Criteria `over training` of the phase under way, by statement id: summed at every step, read and cleared at the events. */
export class TrainingSums {
  readonly #accumulators = new Map<number, Accumulator>();

  /** `before`: what a checkpoint kept of it. */
  constructor(private readonly before: Map<number, Accumulated>) {}

  announce(id: number, spec: AccumulateSpec): void {
    const known = this.before.get(id);
    this.before.delete(id);
    this.#accumulators.set(
      id,
      accumulator(
        id,
        criterionIr(spec.by),
        structureIr(spec.structure),
        selectionIr(spec),
        spec.joins,
        known,
      ),
    );
  }

  add(context: PruningContext, gradients: ReadonlyMap<string, Float32Array>): void {
    for (const one of this.#accumulators.values()) one.add(context, gradients);
  }

  sums(): ReadonlyMap<number, Accumulated> {
    const all = new Map<number, Accumulated>();
    for (const [id, one] of this.#accumulators) {
      const sums = one.sums();
      if (sums !== undefined) all.set(id, sums);
    }
    return all;
  }

  clear(id: number): void {
    this.#accumulators.get(id)?.clear();
  }

  get empty(): boolean {
    return this.#accumulators.size === 0;
  }
}
