import { activationName } from "../../core/network/activations.js";
import { heldLayer, type HeldLayer } from "../../core/network/json.js";
import { layerClass } from "../../core/network/layers/index.js";
import type { CallInfo, Network } from "../../core/network/types.js";
import { activityOf } from "./regularizers.js";

/** What stands at an output of the network: it decides the loss and whether that can be computed from logits. */
export interface Head {
  readonly kind: "softmax" | "sigmoid" | "other";
  /** The call whose last activation the loss may leave out; −1 when it has to stay. */
  readonly call: number;
}

/** `rank`: of what the layer gives. */
function kindOf({ className, config }: HeldLayer, rank: number): Head["kind"] {
  const { distribution, family } = layerClass(className);
  if (distribution === "softmax") {
    const axis = config["axis"] ?? -1;
    return axis === -1 || axis === rank - 1 ? "softmax" : "other";
  }
  const held = family === "inner" ? heldLayer(config["layer"]) : null;
  if (held) return kindOf(held, rank - 1);
  const name = distribution === "activation" ? activationName(config["activation"]) : null;
  return name === "softmax" || name === "sigmoid" ? name : "other";
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
      const kind = kindOf(layer, network.tensors[tensor]?.shape.length ?? 0);
      // A penalty on what the layer gives is about shares, not about logits.
      if (kind !== "other") return { kind, call: direct && activityOf(layer) === null ? index : -1 };
      // Behind some layers a distribution is still one, though its activation can no longer be left out.
      const [before] = call.inputs;
      if (layerClass(layer.className).distribution !== "input" || before === undefined)
        return { kind: "other", call: -1 };
      direct = false;
      tensor = before;
    }
  });
}
