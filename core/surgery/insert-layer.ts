import { isJsonArray, isJsonObject } from "../network/json.js";
import type { Json, JsonObject, LayerInfo } from "../network/types.js";

/**
 * A topology with a layer in front of the one called `name`, at each of its calls, and the config of that replaced. Null where its calls
 * are not written as lists of references.
 */
export function insertLayer(
  topology: JsonObject,
  name: string,
  layer: LayerInfo,
  config: JsonObject,
): JsonObject | null {
  let found = false;
  const inModel = (model: JsonObject): JsonObject => {
    const own = model["config"];
    const layers = isJsonObject(own) ? own["layers"] : undefined;
    if (!isJsonObject(own) || !isJsonArray(layers)) return model;
    const inserted = layers.flatMap((one): readonly Json[] => {
      if (!isJsonObject(one)) return [one];
      const its = one["config"];
      if (!isJsonObject(its) || isJsonArray(its["layers"])) return [inModel(one)];
      if (its["name"] !== name) return [one];
      const both = pairOf(one, layer, config);
      found ||= both !== null;
      return both ?? [one];
    });
    return { ...model, config: { ...own, layers: inserted } };
  };
  const changed = inModel(topology);
  return found ? changed : null;
}

/** Both layers as they are written: in functional models each call of the first reads what the layer read there. */
function pairOf(written: JsonObject, layer: LayerInfo, config: JsonObject): readonly Json[] | null {
  const first = { class_name: layer.className, config: layer.config };
  const second = { ...written, config };
  const nodes = written["inbound_nodes"];
  if (nodes === undefined) return [first, second];
  if (!isJsonArray(nodes)) return null;
  const before: Json[] = [];
  const after: Json[] = [];
  for (const [call, node] of nodes.entries()) {
    const only = isJsonArray(node) && node.length === 1 ? node[0] : undefined;
    if (!isJsonArray(only)) return null;
    before.push([[...only.slice(0, 3), {}]]);
    after.push([[layer.name, call, 0, only[3] ?? {}]]);
  }
  return [
    { ...first, name: layer.name, inbound_nodes: before },
    { ...second, inbound_nodes: after },
  ];
}
