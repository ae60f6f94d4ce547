import { raise } from "../../core/diagnostics/create.js";
import { heldLayer } from "../../core/network/json.js";
import { isLayerClass } from "../../core/network/layers/index.js";
import type { JsonObject, Network } from "../../core/network/types.js";

/** Its class, and that of the layer that it wraps. */
function classesIn(className: string, config: JsonObject): readonly string[] {
  const inner = heldLayer(config["layer"]);
  return [className, ...(inner ? classesIn(inner.className, inner.config) : [])];
}

/**
 * Classes that are not known here run by their own code, which somebody has to have registered with TensorFlow.js.
 * @throws DiagnosticError P5150
 */
export async function checkRegistered(network: Network): Promise<void> {
  for (const { path, className, config } of network.layers)
    for (const name of classesIn(className, config)) {
      if (isLayerClass(name)) continue;
      const { tf } = await import("../backend/tf.js");
      if (!(name in tf.serialization.SerializationMap.getMap().classNameMap)) unregistered(path, name);
    }
}

/** @throws DiagnosticError P5150 */
export const unregistered = (path: string, className: string): never =>
  raise("P5150", `layer \`${path}\` is of class \`${className}\`, which is not registered`, {
    help: "register the class with `tf.serialization.registerClass` before the network is loaded, as a module that makes the network can",
  });
