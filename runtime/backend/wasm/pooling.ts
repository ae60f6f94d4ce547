import { kernel, type Device, type Inputs, type Kernels } from "../device.js";
import { eachWindow, poolWindows, type Windows, type PoolAttrs } from "../windows.js";
import type { tf } from "../tf.js";

/** Pooling in two dimensions. The package returns zeros for a window of one pixel with a stride: that only picks pixels. */
const pool = (kernelName: "MaxPool" | "AvgPool") =>
  kernel<Inputs<"x">, tf.MaxPoolAttrs>(({ x }, attrs, device) => {
    const windows = poolWindows(x, attrs);
    const { filterHeight, filterWidth, padInfo } = windows;
    const picks = filterHeight * filterWidth === 1 && padInfo.top === 0 && padInfo.left === 0;
    return picks ? pickPixels(x, windows, device) : device.stock(kernelName, { x }, attrs);
  });

/**
 * The place of the first largest value of a window in the channel that `offset` is the number of. The package's kernels start their search at
 * the smallest positive number: windows without a positive value come out wrong.
 */
function firstLargest(images: Float32Array, pixels: Int32Array, count: number, offset: number): number {
  let found = pixels[0]! + offset;
  let largest = images[found]!;
  for (let i = 1; i < count; i++) {
    const at = pixels[i]! + offset;
    const value = images[at]!;
    if (value > largest) {
      largest = value;
      found = at;
    }
  }
  return found;
}

const maxPoolGradient = kernel<Inputs<"dy" | "input">, PoolAttrs>(({ dy, input }, attrs, device) => {
  const out = device.output(input.shape);
  const target = device.floats(out);
  target.fill(0);
  const images = device.floats(input);
  const upstream = device.floats(dy);
  const windows = poolWindows(input, attrs);
  const { inChannels } = windows;
  eachWindow(windows, (from, pixels, count) => {
    for (let c = 0; c < inChannels; c++) {
      target[firstLargest(images, pixels, count, c)]! += upstream[from + c]!;
    }
  });
  return out;
});

const maxPool3D = kernel<Inputs<"x">, tf.MaxPool3DAttrs>(({ x }, attrs, device) => {
  const windows = poolWindows(x, attrs);
  const { batchSize, outDepth, outHeight, outWidth, inChannels } = windows;
  const out = device.output([batchSize, outDepth, outHeight, outWidth, inChannels]);
  const target = device.floats(out);
  const images = device.floats(x);
  eachWindow(windows, (to, pixels, count) => {
    for (let c = 0; c < inChannels; c++) target[to + c] = images[firstLargest(images, pixels, count, c)]!;
  });
  return out;
});

export const poolings: Kernels = {
  AvgPool: pool("AvgPool"),
  MaxPool: pool("MaxPool"),
  MaxPool3D: maxPool3D,
  MaxPool3DGrad: maxPoolGradient,
  MaxPoolGrad: maxPoolGradient,
};

/** The pixels of x at multiples of the strides: [n, outHeight, outWidth, c]. */
export function pickPixels(
  x: tf.TensorInfo,
  sizes: Pick<
    Windows,
    | "batchSize"
    | "outHeight"
    | "outWidth"
    | "inHeight"
    | "inWidth"
    | "inChannels"
    | `stride${"Height" | "Width"}`
  >,
  device: Device,
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = sizes;
  const out = device.output([batchSize, outHeight, outWidth, inChannels]);
  const source = device.floats(x);
  const target = device.floats(out);
  let to = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      let from = (n * inHeight + row * strideHeight) * inWidth * inChannels;
      for (let column = 0; column < outWidth; column++) {
        for (let c = 0; c < inChannels; c++) target[to++] = source[from + c]!;
        from += strideWidth * inChannels;
      }
    }
  }
  return out;
}
