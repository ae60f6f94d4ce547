import { accumulator, type Accumulator } from "../../scores/on-step.js";
import type { PruningContext } from "../../../core/events/context.js";
import type { Accumulated } from "../../scores/context.js";
import { criterionIr, selectionIr } from "../../normalize.js";
import type { AccumulateSpec } from "../../specs.js";
import type { Observation } from "../../types.js";

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
        {
          criterion: criterionIr(spec.by),
          structure: spec.structure,
          layers: selectionIr(spec),
          joins: spec.joins,
          beside: spec.beside,
          latent: spec.latent,
        },
        known,
      ),
    );
  }

  /** What the pass of a step shall show for them. */
  watch(context: PruningContext): readonly Observation[] {
    return [...this.#accumulators.values()].flatMap((one) => one.watch(context) ?? []);
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

  clear(...ids: readonly number[]): void {
    for (const id of ids) this.#accumulators.get(id)?.clear();
  }

  get empty(): boolean {
    return this.#accumulators.size === 0;
  }
}
