import { findUnits } from "../network/units.js";
import type {
  Binding,
  Json,
  JsonObject,
  LayerInfo,
  MacTerm,
  Network,
  SizePlace,
  WeightInfo,
} from "../network/types.js";
import { isJsonArray, isJsonObject } from "../network/json.js";
import { deadFlags, type IsDead } from "../network/costs.js";

/**
 * The same network with the dead channels off every axis: shapes, sizes, config and topology shrink, channel numbers
 * stay those of the network as loaded. Axes that were one array stay one array.
 */
export function shrinkNetwork(network: Network, isDead: IsDead): Network {
  const gone = deadFlags(network, isDead);
  const axes = new Map<Int32Array, Int32Array>();
  const shrink = (ids: Int32Array): Int32Array => {
    const known = axes.get(ids);
    if (known) return known;
    const kept = ids.filter((id) => gone[id] !== 1);
    const shrunk = kept.length === ids.length ? ids : kept;
    axes.set(ids, shrunk);
    return shrunk;
  };
  const layers = network.layers.map((layer) => shrinkLayer(layer, shrink));
  const configs = new Map(layers.map((layer) => [layer.name, layer.config] as const));
  return {
    ...network,
    topology: mapConfigs(network.topology, (name, config) => configs.get(name) ?? config),
    layers,
    calls: network.calls.map((call) => ({
      ...call,
      macs: call.macs.map((term) => shrinkTerm(term, shrink)),
    })),
    tensors: network.tensors.map(({ shape, ids }) => {
      if (!ids) return { shape, ids };
      const kept = shrink(ids);
      return { shape: [...shape.slice(0, -1), kept.length], ids: kept };
    }),
    units: findUnits(network.channels, layers),
  };
}

type Shrink = (ids: Int32Array) => Int32Array;

function shrinkLayer(layer: LayerInfo, shrink: Shrink): LayerInfo {
  const sizes = layer.sizes.map((size): SizePlace => ({ ...size, ids: shrink(size.ids) }));
  return {
    ...layer,
    config: resizeConfig(layer.config, sizes),
    weights: layer.weights.map((weight) => shrinkWeight(weight, shrink)),
    sizes,
  };
}

function shrinkWeight(weight: WeightInfo, shrink: Shrink): WeightInfo {
  const bindings = weight.bindings.map((binding): Binding => ({ ...binding, ids: shrink(binding.ids) }));
  const shape = weight.shape.map((n, axis) => bindings.find((b) => b.axis === axis)?.ids.length ?? n);
  return { ...weight, bindings, shape };
}

function shrinkTerm(term: MacTerm, shrink: Shrink): MacTerm {
  const { out, in: reads, ...rest } = term;
  return { ...rest, ...(out ? { out: shrink(out) } : {}), ...(reads ? { in: shrink(reads) } : {}) };
}

/** A copy of a layer's config with every channel count as it is now. */
function resizeConfig(config: JsonObject, sizes: readonly SizePlace[]): JsonObject {
  return sizes.reduce((now, { at, ids }) => replaceObject(now, at, ids.length), config);
}

function replaceObject(object: JsonObject, at: readonly (string | number)[], value: number): JsonObject {
  const [key, ...rest] = at;
  if (key === undefined || !(key in object)) return object;
  return { ...object, [key]: replace(object[key] ?? null, rest, value) };
}

function replace(node: Json, at: readonly (string | number)[], value: number): Json {
  const [key, ...rest] = at;
  if (key === undefined) return value;
  if (isJsonArray(node)) return node.map((item, i) => (i === key ? replace(item, rest, value) : item));
  return isJsonObject(node) ? replaceObject(node, at, value) : node;
}

/** A copy of a topology with the config of every layer changed; layers are told by their unique names. */
export function mapConfigs(
  topology: JsonObject,
  change: (name: string, config: JsonObject) => JsonObject,
): JsonObject {
  const config = topology["config"];
  if (!isJsonObject(config)) return topology;
  const layers = config["layers"];
  if (isJsonArray(layers)) {
    const mapped = layers.map((layer) => (isJsonObject(layer) ? mapConfigs(layer, change) : layer));
    return { ...topology, config: { ...config, layers: mapped } };
  }
  const name = config["name"];
  return { ...topology, config: typeof name === "string" ? change(name, config) : config };
}
