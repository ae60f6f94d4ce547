import * as tf from "@tensorflow/tfjs-core";

/**
 * The chained methods of tensors (`x.flatten().sign()`) that tfjs-layers calls and the layers of users may call.
 * The package `@tensorflow/tfjs` registers them; its parts alone do not.
 */
const SAME_NAME =
  "abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh batchNorm broadcastTo ceil clipByValue cos cosh " +
  "cumprod cumsum depthToSpace div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 floor floorDiv gather " +
  "greater greaterEqual isFinite isInf isNaN leakyRelu less lessEqual log log1p logSigmoid logSoftmax logSumExp " +
  "logicalAnd logicalNot logicalOr logicalXor matMul max maximum mean min minimum mod mul neg norm notEqual oneHot " +
  "onesLike pad pow prelu prod reciprocal relu relu6 reshape reverse round rsqrt selu sigmoid sign sin sinh slice softmax " +
  "softplus split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose unique " +
  "unstack zerosLike";

type Method = (this: tf.Tensor, ...args: unknown[]) => unknown;

const special: Readonly<Record<string, Method>> = {
  flatten() {
    return tf.reshape(this, [this.size]);
  },
  as1D() {
    return tf.reshape(this, [this.size]);
  },
  asScalar() {
    return tf.reshape(this, []);
  },
  toFloat() {
    return tf.cast(this, "float32");
  },
  toInt() {
    return tf.cast(this, "int32");
  },
  toBool() {
    return tf.cast(this, "bool");
  },
};

function define(name: string, method: Method): void {
  if (name in tf.Tensor.prototype) return;
  Object.defineProperty(tf.Tensor.prototype, name, { value: method, configurable: true, writable: true });
}

/** Adds what is missing; what another copy of the package registered stays. */
export function registerChainedMethods(): void {
  for (const name of SAME_NAME.split(" ")) {
    const op: unknown = Reflect.get(tf, name);
    if (typeof op !== "function") continue;
    define(name, function (...args) {
      return Reflect.apply(op, undefined, [this, ...args]);
    });
  }
  for (const [name, method] of Object.entries(special)) define(name, method);
}
