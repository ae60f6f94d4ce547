import { counted } from "../../core/ir/words.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Network } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Dense } from "../types.js";

/** The tensors of a batch's inputs, after a check that they fit the network. Call inside a tidy. */
export function inputTensors(network: Network, inputs: readonly Dense[]): tf.Tensor[] {
  if (inputs.length !== network.inputs.length) {
    raise("P6005", `the network has ${counted(network.inputs.length, "inputs")}, a batch ${inputs.length}`);
  }
  return inputs.map((input, i) => {
    const wanted = network.tensors[network.inputs[i] ?? 0]?.shape ?? [];
    const fits =
      wanted.length === input.shape.length &&
      wanted.every((n, axis) => n === null || axis === 0 || n === input.shape[axis]);
    if (!fits) {
      const show = wanted.map((n) => n ?? "any").join(", ");
      raise("P6005", `an input of shape [${input.shape.join(", ")}] does not fit [${show}]`);
    }
    return tf.tensor(input.data, [...input.shape]);
  });
}
