import { keepsZero } from "./zero-preserving.js";
import type { CallInfo, LayerInfo, Network } from "./types.js";
import { isJsonObject } from "./json.js";

/**
 * Keys of the variables whose slices at dead channels may get a gradient in training, because the dead channel is not
 * zero where it is read: behind an activation with f(0) ≠ 0, a shift by a constant, or a recurrent layer of that
 * kind. All others stay zero by themselves once they are zero. Sound: it may name more than needed, never fewer.
 */
export function weightsToHold(network: Network): ReadonlySet<string> {
  const nonZero = new Set<number>();
  const keys = new Set<string>();
  for (const call of network.calls) {
    const layer = network.layers[call.layer];
    if (!layer) continue;
    const fed = call.inputs.some((t) => nonZero.has(t));
    const own = !silentAtZero(layer.className, layer.config);
    for (const weight of layer.weights) {
      const reads = weight.bindings.some((binding) => binding.role === "in");
      if (reads && (fed || (own && weight.name.endsWith("recurrent_kernel")))) keys.add(weight.key);
    }
    if (own || (fed && passesOn(network, call, layer, nonZero))) for (const t of call.outputs) nonZero.add(t);
  }
  return keys;
}

/** A dead channel that is not zero before the call is not zero behind it. */
function passesOn(network: Network, call: CallInfo, layer: LayerInfo, nonZero: ReadonlySet<number>): boolean {
  // What a layer makes anew, or scales by a parameter of the channel's own, is zero whatever it reads.
  if (layer.weights.some((weight) => weight.bindings.some((binding) => binding.role === "out"))) return false;
  if (layer.weights.some((weight) => weight.name === "gamma" || weight.name === "depthwise_kernel"))
    return false;
  if (layer.className !== "Multiply") return true;
  const width = network.tensors[call.outputs[0] ?? -1]?.ids?.length;
  return call.inputs.every((t) => nonZero.has(t) || network.tensors[t]?.ids?.length !== width);
}

/** Gives zero where all its own parameters are zero and its input is zero. */
function silentAtZero(className: string, config: LayerInfo["config"]): boolean {
  if (/^(SimpleRNN|GRU|LSTM|ConvLSTM2D)(Cell)?$/.test(className))
    return keepsZero(config["activation"] ?? "tanh");
  if (className === "Rescaling") return (config["offset"] ?? 0) === 0;
  if (className === "Softmax") return false;
  if (className === "Bidirectional" || className === "TimeDistributed") return within(config["layer"]);
  if (className === "RNN") return within(config["cell"]);
  if (className === "StackedRNNCells") {
    const cells = config["cells"];
    return Array.isArray(cells) && cells.every(within);
  }
  return keepsZero(config["activation"]);
}

function within(value: LayerInfo["config"][string] | undefined): boolean {
  if (!isJsonObject(value) || typeof value["class_name"] !== "string") return false;
  const config = value["config"];
  return isJsonObject(config) && silentAtZero(value["class_name"], config);
}
