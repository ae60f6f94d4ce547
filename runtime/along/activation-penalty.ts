import type { PenalizeIr } from "../../core/ir/types.js";
import type { Observation, Pull } from "../types.js";
import { stepChoice } from "../scores/on-step.js";
import { cachedSpace } from "../../core/units/spaces.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { derivative, perUnit } from "../../core/expr/derivative.js";
import { build, evaluateEntries, walkElements } from "../../core/expr/domain.js";
import { rowDomain } from "../../core/expr/domains.js";
import type { Space } from "../../core/units/space.js";
import { living } from "../../core/masks/state.js";
import { watchedLayer } from "../scores/sample-statistics.js";
import { everywhere } from "./penalty.js";

/** A penalty over activations alone: `mean(abs(a))`. */
export interface ActivationPenalty {
  /** What the pass of a step shall show to choose the units `among` all. */
  watch(context: PruningContext): Observation | undefined;
  /** Opens a step: adds slopes on the way back; null where it does nothing. */
  pull(context: PruningContext, moment: Moment): Pull | null;
  /** What it added to the loss of the step. */
  add(context: PruningContext, moment: Moment, gradients: ReadonlyMap<string, Float32Array>): number;
}

/**
 * Prepares a penalty on activations: the sum, over the living units and the layers that make them, of an expression over all samples
 * and places of a batch, read where scores read them.
 */
export function activationPenalty(ir: PenalizeIr): ActivationPenalty {
  const spaceNow = cachedSpace(ir.structure, ir);
  const { among } = ir;
  const choice = among && stepChoice(ir.id, among, spaceNow);
  const [total, slope] = [perUnit(ir.by.expr), derivative(ir.by.expr, "a")];
  /** The slopes of the calls of this step, worked out once the units are known. */
  let calls: (() => Called)[] = [];
  let strength = 0;
  return {
    watch: (context) => choice?.watch(context),
    pull(context, moment) {
      calls = [];
      strength = moment.value(ir.strength, "value");
      if (!(strength !== 0)) return null;
      const space = spaceNow(context);
      const flags = (): ArrayLike<number> =>
        choice === undefined || among === undefined
          ? space.status.map((code) => (code === living ? 1 : 0))
          : choice.choose(context, moment.value(among.share, "value"), new Map()).chosen;
      const positions = once(() => positionsOf(space, flags()));
      return {
        layers: watchedLayers(space),
        slope(layer, activation, shape) {
          const channels = shape.at(-1) ?? 1;
          const seen = activation.slice();
          const call = once(() => called(seen, channels, positions().get(layer) ?? new Set<number>()));
          calls.push(call);
          return () => call().slopes;
        },
      };
    },
    add: () => strength * calls.reduce((sum, call) => sum + call().value, 0),
  };

  function called(activation: Float32Array, channels: number, counted: ReadonlySet<number>): Called {
    const entries = Int32Array.from({ length: channels }, (_, channel) =>
      counted.has(channel) ? channel : -1,
    );
    const entryOf = new Int32Array(activation.length);
    for (let i = 0; i < entryOf.length; i += channels) entryOf.set(entries, i);
    const domain = rowDomain(channels, entryOf, { a: () => activation });
    const totals = evaluateEntries(total, domain);
    let value = 0;
    for (const channel of counted) value += totals[channel] ?? 0;
    const slopes = new Float32Array(activation.length);
    walkElements(domain, everywhere(build(slope, domain)), ({ at, count }, own) => {
      for (let i = 0; i < count; i++) slopes[at[i] ?? 0] = strength * (own[i] ?? 0);
    });
    return { value, slopes };
  }
}

/** What a penalty is at one call of a layer. */
interface Called {
  readonly value: number;
  readonly slopes: Float32Array;
}

/** Worked out when it is first asked for. */
function once<T>(work: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: work() }).value;
}

const watchedLayers = ({ network, layers }: Space): readonly number[] => [
  ...new Set(layers.map(({ index }) => watchedLayer(network, index))),
];

/** Positions of chosen (1) units on the last axis of the outputs in which they are read, by layer. */
function positionsOf(
  { network, layers, ...space }: Space,
  chosen: ArrayLike<number>,
): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const { start, end, index } of layers) {
    const alive = new Set<number>();
    for (let entry = start; entry < end; entry++) {
      const unit = space.entryUnit?.[entry] ?? entry;
      const root = space.channelUnits?.[unit]?.root;
      if (chosen[unit] === 1 && root !== undefined) alive.add(root);
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
