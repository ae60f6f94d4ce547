import type { PenalizeIr } from "../../core/ir/types.js";
import type { Pull } from "../types.js";
import { cachedSpace } from "../../core/units/cached-space.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { derivative, perUnit } from "../../core/expr/derivative.js";
import { rowValues } from "../../core/expr/row-values.js";
import { namesIn } from "../../core/expr/samples.js";
import type { Space } from "../../core/units/space.js";
import { living } from "../../core/masks/state.js";
import { watchedLayer } from "../scores/watch.js";

/** What a penalty on activations adds to a step: slopes while it runs, and then what it added to the loss. */
export interface ActivationPull extends Pull {
  added(): number;
}

/** A penalty over activations: `mean(abs(a))`. The compiler lets none read weights besides. */
export const isActivationPenalty = ({ penalty }: PenalizeIr): boolean => namesIn(penalty.expr).has("a");

/**
 * Prepares a penalty on activations: the sum, over the living units and the layers that make them, of an expression over all samples
 * and places of a batch, read where scores read them.
 */
export function activationPenalty(
  ir: PenalizeIr,
): (context: PruningContext, moment: Moment) => ActivationPull | null {
  const space = cachedSpace(ir.structure, ir.selection);
  const [total, slope] = [perUnit(ir.penalty.expr), derivative(ir.penalty.expr, "a")];
  return (context, moment) => {
    const strength = moment.value(ir.strength, "value");
    if (!(strength !== 0)) return null;
    const positions = livingPositions(space(context));
    let value = 0;
    return {
      layers: [...positions.keys()],
      added: () => strength * value,
      slope(layer, activation, shape) {
        const channels = shape.at(-1) ?? 1;
        const slopes = new Float32Array(activation.length);
        for (const channel of positions.get(layer) ?? []) {
          const count = activation.length / channels;
          const a = Float64Array.from({ length: count }, (_, i) => activation[i * channels + channel] ?? 0);
          const rows = { count, columns: { a } };
          value += rowValues(total, rows, moment.names)[0] ?? 0;
          const own = rowValues(slope, rows, moment.names);
          for (let i = 0; i < count; i++) slopes[i * channels + channel] = strength * (own[i] ?? 0);
        }
        return slopes;
      },
    };
  };
}

/** Positions of living units on the last axis of the outputs in which they are read, by layer. */
function livingPositions({ network, layers, ...space }: Space): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const { start, end, index } of layers) {
    const alive = new Set<number>();
    for (let entry = start; entry < end; entry++) {
      const unit = space.entryUnit?.[entry] ?? entry;
      const root = space.channelUnits?.[unit]?.root;
      if (space.status[unit] === living && root !== undefined) alive.add(root);
    }
    const watched = watchedLayer(network, index);
    const output = network.calls.find(({ layer }) => layer === watched)?.outputs[0];
    const positions = found.get(watched) ?? [];
    network.tensors[output ?? -1]?.ids?.forEach((id, position) => {
      if (alive.has(network.channels.find(id))) positions.push(position);
    });
    found.set(watched, positions);
  }
  return found;
}
