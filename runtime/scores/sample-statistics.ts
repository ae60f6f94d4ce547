import type { Network } from "../../core/network/types.js";
import type { Observation } from "../types.js";
import { build } from "../../core/expr/expression.js";
import type { Node } from "../../core/expr/nodes.js";
import { axisNode, entryNode } from "../../core/expr/nodes.js";
import type { Reducer } from "../../core/expr/operators.js";
import { chunkSize, newChunk } from "../../core/units/parts.js";
import type { SampleTerm } from "../../core/expr/samples.js";
import type { Space } from "../../core/units/space.js";
import { watchedLayer } from "./watch.js";

/** Running sums of one term per channel of a layer's outputs or inputs. */
interface Sums {
  readonly sum: Float64Array;
  readonly squares: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
  samples: number;
}

interface Tap {
  readonly term: SampleTerm;
  /** Layer of the space. */
  readonly layer: number;
  readonly node: Node;
  readonly current: { a: Float32Array; ga: Float32Array; x: Float32Array };
  sums: Sums | null;
}

/** Statistics of activations and inputs over calibration batches, channel by channel, without keeping the samples. */
export interface SampleStatistics {
  readonly observation: Observation;
  /** Forgets everything seen so far. */
  clear(): void;
  /** The value of a term: per entry for outputs of channel structures, along an axis of the kernels otherwise. */
  node(expr: SampleTerm["expr"], space: Space): Node | undefined;
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
      onActivation(layer, _call, activation, shape, input, inputShape) {
        for (const tap of byLayer.get(layer) ?? []) {
          const inputs = readsInput(tap.term, space);
          const values = inputs ? input : activation;
          const channels = (inputs ? inputShape : shape).at(-1) ?? 1;
          tap.current.a = tap.term.needsGradient ? values.slice() : values;
          tap.current.x = tap.current.a;
          if (!tap.term.needsGradient) collect(tap, values.length, channels);
        }
      },
      ...(terms.some(({ needsGradient }) => needsGradient) && {
        onGradient(layer: number, _call: number, gradient: Float32Array, shape: readonly number[]) {
          for (const tap of byLayer.get(layer) ?? []) {
            if (!tap.term.needsGradient) continue;
            tap.current.ga = gradient;
            collect(tap, gradient.length, shape.at(-1) ?? 1);
          }
        },
      }),
    },
    clear: () => taps.forEach((tap) => (tap.sums = null)),
    node(expr) {
      const own = taps.filter(({ term }) => term.expr === expr);
      return own.length === 0 ? undefined : valueNode(space, own);
    },
  };
}

/** `channels` are scored where they are read: their activation is the input of the layer. */
const readsInput = (term: SampleTerm, space: Space): boolean =>
  term.of === "inputs" || space.structure.name === "channels";

function newTap(term: SampleTerm, layer: number, space: Space): Tap {
  const none = new Float32Array(0);
  const current = { a: none, ga: none, x: none };
  const node = build(term.inner, space, {
    node: (name) => (name === "a" || name === "ga" || name === "x" ? sampleNode(current, name) : undefined),
  });
  return { term, layer, node, current, sums: null };
}

function sampleNode(current: Tap["current"], name: "a" | "ga" | "x"): Node {
  return {
    level: "element",
    fill({ at, count }, out) {
      const values = current[name];
      for (let i = 0; i < count; i++) out[i] = values[at[i] ?? 0] ?? 0;
    },
  };
}

function collect(tap: Tap, length: number, channels: number): void {
  tap.sums ??= {
    sum: new Float64Array(channels),
    squares: new Float64Array(channels),
    least: new Float64Array(channels).fill(Infinity),
    most: new Float64Array(channels).fill(-Infinity),
    samples: 0,
  };
  const { sum, squares, least, most } = tap.sums;
  tap.sums.samples += length / channels;
  const chunk = newChunk();
  const values = new Float64Array(chunkSize);
  for (let from = 0; from < length; from += chunkSize) {
    chunk.count = Math.min(chunkSize, length - from);
    for (let i = 0; i < chunk.count; i++) chunk.at[i] = from + i;
    tap.node.fill(chunk, values);
    for (let i = 0; i < chunk.count; i++) {
      const c = (from + i) % channels;
      const value = values[i] ?? 0;
      sum[c] = (sum[c] ?? 0) + value;
      squares[c] = (squares[c] ?? 0) + value * value;
      if (value < (least[c] ?? 0)) least[c] = value;
      if (value > (most[c] ?? 0)) most[c] = value;
    }
  }
}

function reducedSums(sums: Sums, reducer: Reducer): Float64Array {
  const { sum, squares, least, most, samples } = sums;
  const n = Math.max(1, samples);
  switch (reducer) {
    case "sum":
      return sum;
    case "mean":
      return sum.map((value) => value / n);
    case "norm":
      return squares.map(Math.sqrt);
    case "std":
      return squares.map((value, c) => Math.sqrt(Math.max(0, value / n - ((sum[c] ?? 0) / n) ** 2)));
    case "min":
      return least;
    case "max":
      return most;
  }
}

function valueNode(space: Space, taps: readonly Tap[]): Node {
  const byLayer = new Map<number, Float64Array>();
  for (const { layer, sums, term } of taps) {
    if (sums !== null) byLayer.set(layer, reducedSums(sums, term.reducer));
  }
  const inputs = taps[0] !== undefined && readsInput(taps[0].term, space);
  const ofPart = (key: string) => byLayer.get(space.parts.find((part) => part.key === key)?.layer ?? -1);
  const perEntry = space.channelUnits !== null && inputs === (space.structure.name === "channels");
  if (!perEntry) return axisNode(inputs ? "in" : "out", ofPart);
  const values = new Float64Array(space.entries);
  space.layers.forEach(({ start, end, index }, layer) => {
    const along = byLayer.get(layer);
    if (along === undefined) return;
    const entryOf = new Map<number, number>();
    for (let entry = start; entry < end; entry++) {
      const unit = space.channelUnits?.[space.entryUnit?.[entry] ?? entry];
      if (unit !== undefined) entryOf.set(unit.root, entry);
    }
    seenChannels(space.network, index, inputs).forEach((id, position) => {
      const entry = entryOf.get(space.network.channels.find(id));
      if (entry !== undefined) values[entry] = (values[entry] ?? 0) + (along[position] ?? 0);
    });
  });
  return entryNode(values);
}

/** The channels on the last axis of what is watched of a layer: its input, or the output in which its activation is read. */
function seenChannels(network: Network, index: number, inputs: boolean): Int32Array {
  const layer = inputs ? index : watchedLayer(network, index);
  const call = network.calls.find((one) => one.layer === layer);
  const [tensor = -1] = (inputs ? call?.inputs : call?.outputs) ?? [];
  return network.tensors[tensor]?.ids ?? new Int32Array(0);
}
