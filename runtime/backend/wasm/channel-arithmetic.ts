import { tf } from "../tf.js";
import { defineKernel, type Inputs, viewAs, type KernelDefinition, type Wasm } from "./context.js";

/** Rows that are worth a detour through a depthwise convolution. */
const WORTHWHILE_ROWS = 64;

/** x·scale + offset per channel, as a 1×1 depthwise convolution: 4 to 10 times faster than broadcasting. */
export function affine(
  x: tf.TensorInfo,
  scale: tf.TensorInfo,
  offset: tf.TensorInfo,
  wasm: Wasm,
): tf.TensorInfo {
  const channels = x.shape.at(-1) ?? 1;
  const rows = tf.util.sizeFromShape(x.shape) / channels;
  const inputs = {
    x: viewAs(x, [1, rows, 1, channels]),
    filter: viewAs(scale, [1, 1, channels, 1]),
    bias: viewAs(offset, [channels]),
  };
  const attrs = {
    strides: [1, 1],
    pad: "valid",
    dilations: [1, 1],
    dataFormat: "NHWC",
    activation: "linear",
  };
  return viewAs(wasm.run("FusedDepthwiseConv2D", inputs, attrs), x.shape);
}

/** A tensor [channels] computed from each channel's number. */
export function perChannel(channels: number, value: (c: number) => number, wasm: Wasm): tf.TensorInfo {
  const out = wasm.output([channels]);
  const target = wasm.floats(out);
  for (let c = 0; c < channels; c++) target[c] = value(c);
  return out;
}

/** Whether `v` broadcasts over `x` along the last axis alone, in the shape of `x`. */
function broadcastsOver(x: tf.TensorInfo, v: tf.TensorInfo): boolean {
  const channels = x.shape.at(-1) ?? 1;
  return (
    x.dtype === "float32" &&
    v.dtype === "float32" &&
    channels > 1 &&
    v.shape.at(-1) === channels &&
    v.shape.length <= x.shape.length &&
    tf.util.sizeFromShape(v.shape) === channels &&
    tf.util.sizeFromShape(x.shape) >= WORTHWHILE_ROWS * channels
  );
}

type Combine = (x: tf.TensorInfo, v: tf.TensorInfo, channels: number, wasm: Wasm) => tf.TensorInfo;

const binary = (kernelName: string, commutes: boolean, combine: Combine): KernelDefinition =>
  defineKernel<Inputs<"a" | "b">, object>(kernelName, ({ a, b }, attrs, wasm) => {
    if (broadcastsOver(a, b)) return combine(a, b, a.shape.at(-1) ?? 1, wasm);
    if (commutes && broadcastsOver(b, a)) return combine(b, a, b.shape.at(-1) ?? 1, wasm);
    return wasm.stock(kernelName, { a, b }, attrs);
  });

const withConstants = (
  x: tf.TensorInfo,
  channels: number,
  scale: (c: number) => number,
  offset: (c: number) => number,
  wasm: Wasm,
): tf.TensorInfo => {
  const s = perChannel(channels, scale, wasm);
  const o = perChannel(channels, offset, wasm);
  const result = affine(x, s, o, wasm);
  wasm.free(s, o);
  return result;
};

export const multiply = binary("Multiply", true, (x, v, channels, wasm) => {
  const zero = perChannel(channels, () => 0, wasm);
  const result = affine(x, v, zero, wasm);
  wasm.free(zero);
  return result;
});

export const add = binary("Add", true, (x, v, channels, wasm) => {
  const one = perChannel(channels, () => 1, wasm);
  const result = affine(x, one, v, wasm);
  wasm.free(one);
  return result;
});

export const subtract = binary("Sub", false, (x, v, channels, wasm) => {
  const values = Float32Array.from(wasm.floats(v));
  return withConstants(
    x,
    channels,
    () => 1,
    (c) => -values[c]!,
    wasm,
  );
});

export const fusedBatchNorm = defineKernel<
  Inputs<"x" | "mean" | "variance", "offset" | "scale">,
  tf.FusedBatchNormAttrs
>("FusedBatchNorm", ({ x, mean, variance, offset, scale }, { varianceEpsilon }, wasm) => {
  const channels = x.shape.at(-1) ?? 1;
  const vectors = [mean, variance, offset, scale].filter((t) => t !== undefined && t !== null);
  if (vectors.some((t) => tf.util.sizeFromShape(t.shape) !== channels)) {
    const given: tf.NamedTensorInfoMap = { x, mean, variance };
    if (offset) given["offset"] = offset;
    if (scale) given["scale"] = scale;
    return wasm.stock("FusedBatchNorm", given, { varianceEpsilon });
  }
  const read = (t: tf.TensorInfo | null | undefined, otherwise: number): Float32Array =>
    t ? Float32Array.from(wasm.floats(t)) : new Float32Array(channels).fill(otherwise);
  const centre = read(mean, 0);
  const spread = read(variance, 1);
  const gamma = read(scale, 1);
  const beta = read(offset, 0);
  const slope = gamma.map((g, c) => g / Math.sqrt(spread[c]! + varianceEpsilon));
  return withConstants(
    x,
    channels,
    (c) => slope[c]!,
    (c) => beta[c]! - centre[c]! * slope[c]!,
    wasm,
  );
});
