import { isJsonArray, isJsonObject } from "../network/json.js";
import type { Json, JsonObject, SizePlace } from "../network/types.js";

/** A copy of a layer's config with every channel count rewritten to `count(ids)`. */
export function resizeConfig(
  config: JsonObject,
  sizes: readonly SizePlace[],
  count: (ids: Int32Array) => number,
): JsonObject {
  return sizes.reduce((now, size) => replaceObject(now, size.at, count(size.ids)), config);
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
