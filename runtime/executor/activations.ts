import type { ActivationName } from "../../core/network/activations.js";
import { activation, type Config } from "../../core/network/config.js";
import { tf } from "../backend/tf.js";
import { constantOf } from "./gradients.js";
import type { FusedOps } from "../backend/types.js";

export type Activation = (x: tf.Tensor) => tf.Tensor;

const SQRT_HALF = Math.SQRT1_2;

/** tfjs-layers' tanh approximation of GELU (Hendrycks and Gimpel 2016, Gaussian error linear units, eq. 2). */
function geluNew(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
  return tf.mul(0.5, tf.mul(x, tf.add(1, tf.tanh(inner))));
}

const hardSigmoid3 = (x: tf.Tensor): tf.Tensor => tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1);

const forward: Readonly<Record<ActivationName, (x: tf.Tensor, ops: FusedOps) => tf.Tensor>> = {
  linear: (x) => x,
  relu: (x, ops) => ops.relu(x),
  relu6: (x, ops) => ops.relu6(x),
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  sigmoid: (x) => tf.sigmoid(x),
  hardsigmoid: (x) => tf.clipByValue(tf.add(0.5, tf.mul(0.2, x)), 0, 1),
  softplus: (x) => tf.softplus(x),
  softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  tanh: (x) => tf.tanh(x),
  softmax: (x) => tf.softmax(x),
  logsoftmax: (x) => tf.logSoftmax(x),
  exponential: (x) => tf.exp(x),
  gelu: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, SQRT_HALF))))),
  gelunew: geluNew,
  mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  celu: (x) => tf.elu(x),
  hardsigmoid3: hardSigmoid3,
  hardswish: (x) => tf.mul(x, hardSigmoid3(x)),
  hardtanh: (x) => tf.clipByValue(x, -1, 1),
  hardshrink: (x) =>
    tf.mul(
      x,
      constantOf(x, (v) => tf.cast(tf.greater(tf.abs(v), 0.5), "float32")),
    ),
  softshrink: (x) => tf.sub(x, tf.clipByValue(x, -0.5, 0.5)),
  tanhshrink: (x) => tf.sub(x, tf.tanh(x)),
  leakyrelu: (x) => tf.leakyRelu(x, 0.2),
  logsigmoid: (x) => tf.logSigmoid(x),
  squareplus: (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2),
  sparsesigmoid: (x) => tf.clipByValue(tf.div(tf.add(x, 1), 2), 0, 1),
  sparseplus: (x) => tf.add(tf.relu(tf.sub(x, 1)), tf.div(tf.square(tf.clipByValue(tf.add(x, 1), 0, 2)), 4)),
};

/** The activation that a layer's config names under `key`; an unknown name is refused. */
export function activationOf(
  { config, ops }: { readonly config: Config; readonly ops: FusedOps },
  key = "activation",
  fallback: ActivationName = "linear",
): Activation {
  const name = activation(config, key, fallback);
  return (x) => forward[name](x, ops);
}
