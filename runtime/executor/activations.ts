import { tf } from "../backend/tf.js";
import type { FusedOps } from "../backend/types.js";
import { refuse } from "./problems.js";

export type Activation = (x: tf.Tensor) => tf.Tensor;

const SQRT_HALF = Math.SQRT1_2;

/** tfjs-layers' tanh approximation of GELU (Hendrycks and Gimpel 2016, Gaussian error linear units, eq. 2). */
function geluNew(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
  return tf.mul(0.5, tf.mul(x, tf.add(1, tf.tanh(inner))));
}

const table: Record<string, (ops: FusedOps) => Activation> = Object.assign(Object.create(null), {
  linear: () => (x: tf.Tensor) => x,
  relu: (ops: FusedOps) => (x: tf.Tensor) => ops.relu(x),
  relu6: (ops: FusedOps) => (x: tf.Tensor) => ops.relu6(x),
  elu: () => (x: tf.Tensor) => tf.elu(x),
  selu: () => (x: tf.Tensor) => tf.selu(x),
  sigmoid: () => (x: tf.Tensor) => tf.sigmoid(x),
  hardsigmoid: () => (x: tf.Tensor) => tf.clipByValue(tf.add(0.5, tf.mul(0.2, x)), 0, 1),
  softplus: () => (x: tf.Tensor) => tf.softplus(x),
  softsign: () => (x: tf.Tensor) => tf.div(x, tf.add(tf.abs(x), 1)),
  tanh: () => (x: tf.Tensor) => tf.tanh(x),
  softmax: () => (x: tf.Tensor) => tf.softmax(x),
  logsoftmax: () => (x: tf.Tensor) => tf.logSoftmax(x),
  exponential: () => (x: tf.Tensor) => tf.exp(x),
  gelu: () => (x: tf.Tensor) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, SQRT_HALF))))),
  gelunew: () => geluNew,
  mish: () => (x: tf.Tensor) => tf.mul(x, tf.tanh(tf.softplus(x))),
  swish: () => (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x)),
});

/** `hard_sigmoid`, `hardSigmoid` and `HardSigmoid` are one. */
function plain(name: string): string {
  const short = name.replace(/_/g, "").toLowerCase();
  return short === "silu" ? "swish" : short;
}

/** Whether the activation turns logits into what the loss can take apart again: soft-max or sigmoid. */
export function isActivation(name: string, wanted: string): boolean {
  return plain(name) === wanted;
}

/** The function of an activation's name, in any of its spellings; an unknown name is refused. */
export function activationOf(name: string, ops: FusedOps, layer: string): Activation {
  const make = table[plain(name)];
  return make ? make(ops) : refuse("P5151", `layer \`${layer}\` has the unknown activation \`${name}\``);
}
