import { kernel, viewAs, type Device, type Inputs, type Kernels } from "../device.js";
import { RELU, RELU6, RELU6_GRAD, RELU_GRAD } from "../ops/kernels.js";
import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";

/** Rows that are worth a detour through another kernel. */
export const WORTHWHILE_ROWS = 64;

/** One value per channel: a tensor [channels], or computed from the channel's number. */
type PerChannel = tf.TensorInfo | ((channel: number) => number);

/** x·scale + offset per channel, as a 1×1 depthwise convolution: 4 to 10 times faster than broadcasting. */
export function affine(
  x: tf.TensorInfo,
  scale: PerChannel,
  offset: PerChannel,
  device: Device,
): tf.TensorInfo {
  const channels = channelsOf(x);
  const temporary: tf.TensorInfo[] = [];
  const tensor = (values: PerChannel): tf.TensorInfo => {
    if (typeof values !== "function") return values;
    const made = device.output([channels]);
    const target = device.floats(made);
    for (let c = 0; c < channels; c++) target[c] = values(c);
    temporary.push(made);
    return made;
  };
  const inputs = {
    x: viewAs(x, [1, tf.util.sizeFromShape(x.shape) / channels, 1, channels]),
    filter: viewAs(tensor(scale), [1, 1, channels, 1]),
    bias: viewAs(tensor(offset), [channels]),
  };
  const plain = { pad: "valid", dataFormat: "NHWC", activation: "linear" };
  const attrs = { ...plain, strides: [1, 1], dilations: [1, 1] };
  const result = device.run("FusedDepthwiseConv2D", inputs, attrs);
  device.free(...temporary);
  return viewAs(result, x.shape);
}

/** A copy of a tensor's values, which stays whatever is allocated. */
export const copyOf = (t: tf.TensorInfo, device: Device): Float32Array => device.floats(t).slice();

/** Whether `v` broadcasts over `x` along the last axis alone, in the shape of `x`. */
function broadcastsOver(x: tf.TensorInfo, v: tf.TensorInfo): boolean {
  const channels = channelsOf(x);
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

type Combine = (x: tf.TensorInfo, v: tf.TensorInfo, device: Device) => tf.TensorInfo;

const binary = (kernelName: string, commutes: boolean, combine: Combine) =>
  kernel<Inputs<"a" | "b">>(({ a, b }, attrs, device) => {
    if (broadcastsOver(a, b)) return combine(a, b, device);
    if (commutes && broadcastsOver(b, a)) return combine(b, a, device);
    return device.stock(kernelName, { a, b }, attrs);
  });

const subtract: Combine = (x, v, device) => {
  const values = copyOf(v, device);
  return affine(
    x,
    () => 1,
    (c) => -values[c]!,
    device,
  );
};

const fusedBatchNorm = kernel<Inputs<"x" | "mean" | "variance", "offset" | "scale">, tf.FusedBatchNormAttrs>(
  (inputs, attrs, device) => {
    const { x, mean, variance, offset, scale } = inputs;
    const channels = channelsOf(x);
    const isVector = (t: tf.TensorInfo | null | undefined): boolean =>
      !t || tf.util.sizeFromShape(t.shape) === channels;
    if (![mean, variance, offset, scale].every(isVector))
      return device.stock("FusedBatchNorm", inputs, attrs);
    const centre = copyOf(mean, device);
    const shift = offset ? copyOf(offset, device) : null;
    const gamma = scale ? copyOf(scale, device) : new Float32Array(channels).fill(1);
    const spread = copyOf(variance, device);
    const slope = gamma.map((g, c) => g / Math.sqrt(spread[c]! + attrs.varianceEpsilon));
    return affine(
      x,
      (c) => slope[c]!,
      (c) => (shift?.[c] ?? 0) - centre[c]! * slope[c]!,
      device,
    );
  },
);

const reluForward = (stock: "Relu" | "Relu6") =>
  kernel<Inputs<"x">>((inputs, _attrs, device) => device.stock(stock, inputs));

/** dy where 0 < y < limit, else 0. */
const reluGradient = (limit: number) =>
  kernel<Inputs<"dy" | "y">>(({ dy, y }, _attrs, device) => {
    const out = device.output(y.shape);
    const target = device.floats(out);
    const values = device.floats(y);
    const upstream = device.floats(dy);
    for (let i = 0; i < target.length; i++) {
      const value = values[i]!;
      target[i] = value > 0 && value < limit ? upstream[i]! : 0;
    }
    return out;
  });

export const arithmetic: Kernels = {
  Add: binary("Add", true, (x, v, device) => affine(x, () => 1, v, device)),
  FusedBatchNorm: fusedBatchNorm,
  Multiply: binary("Multiply", true, (x, v, device) => affine(x, v, () => 0, device)),
  Sub: binary("Sub", false, subtract),
  [RELU]: reluForward("Relu"),
  [RELU6]: reluForward("Relu6"),
  [RELU_GRAD]: reluGradient(Infinity),
  [RELU6_GRAD]: reluGradient(6),
};
