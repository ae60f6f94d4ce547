import { hashJson } from "../ir/hash.js";
import type { Json, LayerInfo, Network, Unit } from "../network/types.js";
import { addTo, once } from "../tables.js";

/** What a free extent of an input counts as where it is timed. */
export const FREE_EXTENT = 32;

/** A call whose time hangs on how many channels it reads and gives, or on neither. */
export interface TimedCall {
  /** `CallInfo.origin`. */
  readonly origin: number;
  /** The same for calls that do the same work: class, configuration and input shapes. */
  readonly key: string;
  readonly layer: LayerInfo;
  /** Shapes of its inputs in the network as loaded, batch axis included. */
  readonly inputs: readonly (readonly number[])[];
  /** Counts of channels that are timed, the last of them that of the network as loaded; one where nothing changes it. */
  readonly in: readonly number[];
  readonly out: readonly number[];
}

/** Nothing is computed there outside of training. */
const idle: ReadonlySet<string> = new Set([
  "Flatten",
  "Reshape",
  "Dropout",
  "SpatialDropout1D",
  "SpatialDropout2D",
  "AlphaDropout",
  "GaussianDropout",
  "GaussianNoise",
  "ActivityRegularization",
]);

/** What changes no time, and names, which no other network shares. */
const immaterial =
  /^(?:name|trainable|dtype|seed|batch_input_shape|batch_size|activity_regularizer|\w+_(?:initializer|regularizer|constraint))$/;

function material(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => material(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      immaterial.test(key) ? [] : [[key, material(item as Json)]],
    ),
  );
}

/** The same for networks that compute the same, whatever their weights and names: what a time of the whole is of. */
export const networkKey = ({ calls, layers, tensors, outputs }: Network): string =>
  hashJson([
    layers.map(({ className, config }) => [className, material(config)]),
    calls.map((call) => [
      call.layer,
      call.inputs,
      call.outputs,
      call.kwargs,
      call.inputs.map((t) => tensors[t]?.shape ?? []),
    ]),
    outputs,
  ]);

/** Shares of the channels as loaded at which a layer is timed, and one channel alone. */
const shares = [1 / 4, 1 / 2, 3 / 4, 1] as const;

const steps = (count: number): readonly number[] =>
  [...new Set([1, ...shares.map((share) => Math.max(1, Math.round(share * count)))])].sort((a, b) => a - b);

/**
 * The calls of a network that are timed each by itself, in execution order. Not among them are those that compute nothing, and those
 * that cannot stand alone: of classes that are not known, and of layers that take states or arguments by name. Their time is part of
 * what the network takes besides.
 */
export const timedCalls = once(({ calls, layers, tensors, units }: Network): readonly TimedCall[] => {
  const removable = new Set<number>();
  for (const unit of units) for (const channel of unit.channels) removable.add(channel);
  const moves = (ids: Int32Array | null): boolean => ids?.some((id) => removable.has(id)) ?? false;
  const shapeOf = (tensor: number): readonly number[] =>
    (tensors[tensor]?.shape ?? []).map((n, axis) => (axis === 0 ? 1 : (n ?? FREE_EXTENT)));
  return calls.flatMap((call) => {
    const layer = layers[call.layer];
    const [input, output] = [call.inputs[0], call.outputs[0]];
    if (layer === undefined || input === undefined || output === undefined) return [];
    if (idle.has(layer.className) || call.names !== null || Object.keys(call.kwargs).length > 0) return [];
    const roles = new Set(layer.weights.flatMap(({ bindings }) => bindings.map(({ role }) => role)));
    const [read, made] = [tensors[input]?.ids ?? null, tensors[output]?.ids ?? null];
    // A layer that makes channels has as many as it likes; others pass on what they are given.
    const makes = roles.has("out");
    if (makes && call.inputs.length > 1) return [];
    const byInput = makes || call.inputs.length === 1;
    const inputs = call.inputs.map(shapeOf);
    const width = (ids: Int32Array | null, tensor: number): number =>
      ids?.length ?? shapeOf(tensor).at(-1) ?? 1;
    const counts = (follows: boolean, ids: Int32Array | null, tensor: number): readonly number[] =>
      follows && moves(ids) ? steps(width(ids, tensor)) : [width(ids, tensor)];
    const one = {
      origin: call.origin,
      layer,
      inputs,
      in: counts(byInput, read, input),
      out: counts(makes || !byInput, made, output),
    };
    const key = `${layer.className} ${hashJson([material(layer.config), inputs, one.in, one.out])}`;
    return [{ ...one, key }];
  });
});

/** Flags (1: gone) of channels where this share of the units that are made together is kept, of each at least one: the first of them. */
export function thinned({ channels, units }: Network, kept: number): Uint8Array {
  const flags = new Uint8Array(channels.count);
  if (kept >= 1) return flags;
  const together = new Map<readonly number[], Unit[]>();
  for (const unit of units) addTo(together, unit.producers, unit);
  for (const group of together.values())
    for (const unit of group.slice(Math.max(1, Math.round(kept * group.length))))
      for (const channel of unit.channels) flags[channel] = 1;
  return flags;
}
