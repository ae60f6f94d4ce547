import { activation } from "./config.js";
import type { CallInfo, LayerInfo, Network } from "../../core/network/types.js";
import { field, isJsonObject } from "../../core/network/json.js";
import { isActivation } from "./activations.js";

/** What stands at an output of the network: it decides the loss and whether that can be computed from logits. */
export interface Head {
  readonly kind: "softmax" | "sigmoid" | "other";
  /** The call whose last activation the loss may leave out; −1 when it has to stay. */
  readonly call: number;
}

const ACTIVATED = new Set([
  "Activation",
  "Conv1D",
  "Conv2D",
  "Conv2DTranspose",
  "Conv3D",
  "Conv3DTranspose",
  "Dense",
  "DepthwiseConv2D",
  "SeparableConv2D",
]);

/** Layers behind which a distribution is still one, though its activation can no longer be left out. */
const TRANSPARENT = new Set(["Flatten", "Reshape", "Dropout", "Masking"]);

function kindOf(className: string, config: LayerInfo["config"], path: string): Head["kind"] {
  if (className === "Softmax") return "softmax";
  if (className === "TimeDistributed") {
    const inner = field(config, "layer");
    if (!isJsonObject(inner)) return "other";
    const innerClass = field(inner, "class_name");
    const innerConfig = field(inner, "config");
    return typeof innerClass === "string" && isJsonObject(innerConfig)
      ? kindOf(innerClass, innerConfig, path)
      : "other";
  }
  if (!ACTIVATED.has(className)) return "other";
  const name = activation({ path, values: config });
  if (isActivation(name, "softmax")) return "softmax";
  return isActivation(name, "sigmoid") ? "sigmoid" : "other";
}

/** The head at each output. */
export function headsOf(network: Network): readonly Head[] {
  const producer = new Map<number, number>();
  const readers = new Map<number, number>();
  network.calls.forEach((call, i) => {
    for (const t of call.outputs) producer.set(t, i);
    for (const t of call.inputs) readers.set(t, (readers.get(t) ?? 0) + 1);
  });
  return network.outputs.map((output) => {
    let direct = !readers.has(output) && network.outputs.filter((t) => t === output).length === 1;
    let tensor = output;
    for (;;) {
      const index = producer.get(tensor);
      const call: CallInfo | undefined = index === undefined ? undefined : network.calls[index];
      const layer = call ? network.layers[call.layer] : undefined;
      if (index === undefined || !call || !layer) return { kind: "other", call: -1 };
      const kind = kindOf(layer.className, layer.config, layer.path);
      if (kind !== "other") return { kind, call: direct ? index : -1 };
      const [before] = call.inputs;
      if (!TRANSPARENT.has(layer.className) || before === undefined) return { kind: "other", call: -1 };
      direct = false;
      tensor = before;
    }
  });
}
