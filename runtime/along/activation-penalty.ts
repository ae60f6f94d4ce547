import type { PenalizeIr } from "../../core/ir/types.js";
import type { Pull } from "../types.js";
import { cachedSpace } from "../../core/units/spaces.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { derivative, perUnit } from "../../core/expr/derivative.js";
import { build, evaluateEntries, walkElements } from "../../core/expr/domain.js";
import { rowDomain } from "../../core/expr/domains.js";
import { mentionedIn } from "../../core/expr/names.js";
import type { Space } from "../../core/units/space.js";
import { living } from "../../core/masks/state.js";
import { watchedLayer } from "../scores/sample-statistics.js";
import { everywhere } from "./penalty.js";

/** What a penalty on activations adds to a step: slopes while it runs, and then what it added to the loss. */
export interface ActivationPull extends Pull {
  added(): number;
}

/** A penalty over activations: `mean(abs(a))`. The compiler lets none read weights besides. */
export const isActivationPenalty = ({ by }: PenalizeIr): boolean => mentionedIn(by.expr).has("a");

/**
 * Prepares a penalty on activations: the sum, over the living units and the layers that make them, of an expression over all samples
 * and places of a batch, read where scores read them.
 */
export function activationPenalty(
  ir: PenalizeIr,
): (context: PruningContext, moment: Moment) => ActivationPull | null {
  const space = cachedSpace(ir.structure, ir);
  const [total, slope] = [perUnit(ir.by.expr), derivative(ir.by.expr, "a")];
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
        const alive = positions.get(layer) ?? new Set<number>();
        const entries = Int32Array.from({ length: channels }, (_, channel) =>
          alive.has(channel) ? channel : -1,
        );
        const entryOf = new Int32Array(activation.length);
        for (let i = 0; i < entryOf.length; i += channels) entryOf.set(entries, i);
        const domain = rowDomain(channels, entryOf, { a: () => activation });
        const totals = evaluateEntries(total, domain);
        for (const channel of alive) value += totals[channel] ?? 0;
        const slopes = new Float32Array(activation.length);
        walkElements(domain, everywhere(build(slope, domain)), ({ at, count }, own) => {
          for (let i = 0; i < count; i++) slopes[at[i] ?? 0] = strength * (own[i] ?? 0);
        });
        return slopes;
      },
    };
  };
}

/** Positions of living units on the last axis of the outputs in which they are read, by layer. */
function livingPositions({ network, layers, ...space }: Space): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const { start, end, index } of layers) {
    const alive = new Set<number>();
    for (let entry = start; entry < end; entry++) {
      const unit = space.entryUnit?.[entry] ?? entry;
      const root = space.channelUnits?.[unit]?.root;
      if (space.status[unit] === living && root !== undefined) alive.add(root);
    }
    const watched = watchedLayer(network, index);
    const output = network.calls.find(({ layer }) => layer === watched)?.outputs[0];
    const positions = found.get(watched) ?? new Set();
    network.tensors[output ?? -1]?.ids?.forEach((id, position) => {
      if (alive.has(network.channels.find(id))) positions.add(position);
    });
    found.set(watched, positions);
  }
  return found;
}
