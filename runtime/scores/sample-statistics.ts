import { layerClass } from "../../core/network/layers/index.js";
import type { LayerInfo, Network } from "../../core/network/types.js";
import type { Observation } from "../types.js";
import type { ExprIr } from "../../core/ir/types.js";
import { build, reductionOf, type Reduction } from "../../core/expr/domain.js";
import { rowDomain } from "../../core/expr/domains.js";
import { axisNode, entryNode, type Node } from "../../core/expr/nodes.js";
import { keyOf, type SampleTerm } from "../../core/expr/terms.js";
import { chunkSize, newChunk } from "../../core/units/parts.js";
import type { Space } from "../../core/units/space.js";

interface Tap {
  readonly term: SampleTerm;
  /** Layer of the space. */
  readonly layer: number;
  /** Whether it is about what the layer reads. */
  readonly inputs: boolean;
  readonly node: Node;
  /** What is looked at: `a` and `x` are the same array, of outputs or of inputs. */
  readonly current: { a: Float32Array; ga: Float32Array; x: Float32Array };
  /** Activations that wait for their gradients, by call. */
  readonly kept: Map<number, Float32Array>;
  /** By channel on the last axis. */
  reduction: Reduction | null;
}

/** Statistics of activations and inputs over calibration batches, channel by channel, without keeping the samples. */
export interface SampleStatistics {
  readonly observation: Observation;
  /** Forgets everything seen so far. */
  clear(): void;
  /** The value of a term: per entry for outputs of channel structures, along an axis of the kernels otherwise. */
  node(expr: ExprIr): Node | undefined;
}

export function sampleStatistics(space: Space, terms: readonly SampleTerm[]): SampleStatistics {
  const byLayer = new Map<number, Tap[]>();
  const taps: Tap[] = [];
  for (const term of terms) {
    space.layers.forEach(({ index }, layer) => {
      if (index < 0) return;
      const watched = readsInput(term, space) ? index : watchedLayer(space.network, index);
      const tap = newTap(term, layer, space);
      taps.push(tap);
      const list = byLayer.get(watched);
      if (list === undefined) byLayer.set(watched, [tap]);
      else list.push(tap);
    });
  }
  return {
    observation: {
      layers: [...byLayer.keys()],
      onActivation(layer, call, activation, shape, input, inputShape) {
        for (const tap of byLayer.get(layer) ?? []) {
          const values = tap.inputs ? input : activation;
          if (tap.term.needsGradient) {
            tap.kept.set(call, values.slice());
            continue;
          }
          tap.current.a = values;
          tap.current.x = values;
          collect(tap, values.length, (tap.inputs ? inputShape : shape).at(-1) ?? 1);
        }
      },
      ...(terms.some(({ needsGradient }) => needsGradient) && {
        onGradient(layer: number, call: number, gradient: Float32Array, shape: readonly number[]) {
          for (const tap of byLayer.get(layer) ?? []) {
            const activation = tap.kept.get(call);
            if (!tap.term.needsGradient || activation === undefined) continue;
            tap.kept.delete(call);
            tap.current.a = activation;
            tap.current.ga = gradient;
            collect(tap, gradient.length, shape.at(-1) ?? 1);
          }
        },
      }),
    },
    clear: () => taps.forEach((tap) => (tap.reduction = null)),
    node(expr) {
      const key = keyOf(expr);
      // A space without layers has no taps, and a value all the same.
      if (!terms.some((term) => keyOf(term.expr) === key)) return undefined;
      return valueNode(
        space,
        taps.filter(({ term }) => keyOf(term.expr) === key),
      );
    },
  };
}

/** `channels` are scored where they are read: their activation is the input of the layer. */
export const readsInput = (term: SampleTerm, space: Space): boolean =>
  term.of === "inputs" || space.structure === "channels";

function newTap(term: SampleTerm, layer: number, space: Space): Tap {
  const none = new Float32Array(0);
  const current = { a: none, ga: none, x: none };
  const columns = { a: () => current.a, ga: () => current.ga, x: () => current.x };
  const node = build(term.inner, rowDomain(0, new Int32Array(0), columns));
  return { term, layer, inputs: readsInput(term, space), node, current, kept: new Map(), reduction: null };
}

function collect(tap: Tap, length: number, channels: number): void {
  tap.reduction ??= reductionOf(tap.term.reducer, channels);
  const chunk = newChunk();
  const values = new Float64Array(chunkSize);
  for (let from = 0; from < length; from += chunkSize) {
    chunk.count = Math.min(chunkSize, length - from);
    for (let i = 0; i < chunk.count; i++) {
      chunk.at[i] = from + i;
      chunk.entry[i] = (from + i) % channels;
    }
    tap.node.fill(chunk, values);
    tap.reduction.add(chunk.entry, values, chunk.count);
  }
}

function valueNode(space: Space, taps: readonly Tap[]): Node {
  const byLayer = new Map<number, Float64Array>();
  for (const { layer, reduction } of taps) {
    if (reduction !== null) byLayer.set(layer, reduction.result());
  }
  const inputs = taps[0]?.inputs === true;
  const ofPart = (key: string) => byLayer.get(space.parts.find((part) => part.key === key)?.layer ?? -1);
  const perEntry = space.channelUnits !== null && inputs === (space.structure === "channels");
  if (!perEntry) return axisNode(inputs ? "in" : "out", ofPart);
  const values = new Float64Array(space.entries);
  space.layers.forEach((_, layer) => {
    const along = byLayer.get(layer);
    if (along === undefined) return;
    channelEntries(space, layer, inputs).forEach((entry, position) => {
      if (entry >= 0) values[entry] = (values[entry] ?? 0) + (along[position] ?? 0);
    });
  });
  return entryNode(values);
}

/** The entries of the channels on the last axis of what is watched of a layer of a space; below 0 for channels of no unit. */
export function channelEntries(space: Space, layer: number, inputs: boolean): Int32Array {
  const { start, end, index } = space.layers[layer] ?? { start: 0, end: 0, index: -1 };
  const entryOf = new Map<number, number>();
  for (let entry = start; entry < end; entry++) {
    const unit = space.channelUnits?.[space.entryUnit?.[entry] ?? entry];
    if (unit !== undefined) entryOf.set(unit.root, entry);
  }
  return seenChannels(space.network, index, inputs).map(
    (id) => entryOf.get(space.network.channels.find(id)) ?? -1,
  );
}

/** The channels on the last axis of what is watched of a layer: its input, or the output in which its activation is read. */
export function seenChannels(network: Network, index: number, inputs: boolean): Int32Array {
  const layer = inputs ? index : watchedLayer(network, index);
  const call = network.calls.find((one) => one.layer === layer);
  const [tensor = -1] = (inputs ? call?.inputs : call?.outputs) ?? [];
  return network.tensors[tensor]?.ids ?? new Int32Array(0);
}

/**
 * Where the activation of a layer's units is read: at its output once the batch norm and the activation function that follow it
 * alone have acted. Returns a layer index; the layer itself when nothing of the kind follows.
 */
export function watchedLayer(network: Network, index: number): number {
  let layer = index;
  for (;;) {
    const calls = network.calls.filter((call) => call.layer === layer);
    const [call] = calls;
    const [output] = call?.outputs ?? [];
    if (calls.length !== 1 || output === undefined || network.outputs.includes(output)) return layer;
    const readers = network.calls.filter(({ inputs }) => inputs.includes(output));
    const [reader] = readers;
    if (readers.length !== 1 || reader === undefined || !passes(network.layers[reader.layer])) return layer;
    if (network.calls.filter((other) => other.layer === reader.layer).length !== 1) return layer;
    layer = reader.layer;
  }
}

const passes = (layer: LayerInfo | undefined): boolean =>
  layer !== undefined && layerClass(layer.className).completes;
