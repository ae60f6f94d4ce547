import { kernel, viewAs, type Device, type Inputs, type Kernels } from "../device.js";
import { convolution2d } from "../windows.js";
import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { pickPixels } from "./pooling.js";

/** Gradients of conv2d, each as convolutions or as one product of matrices. */

type Sizes = tf.backend_util.Conv2DInfo;

/**
 * With respect to the filter (the package has none), as one convolution: channels of x become images, the batch becomes
 * the channels, dy is the filter and the stride its dilation.
 */
const conv2DBackpropFilter = kernel<Inputs<"x" | "dy">, tf.Conv2DBackpropFilterAttrs>(
  ({ x, dy }, attrs, device) => {
    if (attrs.dataFormat !== "NHWC") throw new Error("Conv2DBackpropFilter: channels must be the last axis");
    const sizes = convolution2d(shape4(x), attrs.filterShape, attrs);
    const { filterHeight, filterWidth, padInfo } = sizes;
    const onePixel = filterHeight === 1 && filterWidth === 1 && padInfo.top === 0 && padInfo.left === 0;
    return onePixel ? pointwiseByFilter(x, dy, sizes, device) : asConvolution(x, dy, sizes, device);
  },
);

/** 1×1 filters: xᵀ·dy over the pixels the filter saw. */
function pointwiseByFilter(x: tf.TensorInfo, dy: tf.TensorInfo, sizes: Sizes, device: Device): tf.TensorInfo {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth } = sizes;
  const pixels = batchSize * outHeight * outWidth;
  const strided = strideHeight > 1 || strideWidth > 1;
  const seen = strided ? pickPixels(x, sizes, device) : x;
  const a = viewAs(seen, [1, pixels, inChannels]);
  const b = viewAs(dy, [1, pixels, outChannels]);
  const product = device.run("BatchMatMul", { a, b }, { transposeA: true, transposeB: false });
  if (strided) device.free(seen);
  return viewAs(product, sizes.filterShape);
}

function asConvolution(x: tf.TensorInfo, dy: tf.TensorInfo, sizes: Sizes, device: Device): tf.TensorInfo {
  const { filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth } = sizes;
  const { strideHeight, strideWidth, padInfo } = sizes;
  // Rows and columns that the last window reaches beyond the image; negative where the image is not used up.
  const below = (outHeight - 1) * strideHeight + filterHeight - inHeight - padInfo.top;
  const right = (outWidth - 1) * strideWidth + filterWidth - inWidth - padInfo.left;
  const images = device.run("Transpose", { x }, { perm: [3, 1, 2, 0] });
  const used = below < 0 || right < 0 ? crop(images, below, right, device) : images;
  const taps = device.run("Transpose", { x: dy }, { perm: [1, 2, 0, 3] });
  const gradient = convolve(used, taps, device, {
    rows: [padInfo.top, Math.max(0, below)],
    columns: [padInfo.left, Math.max(0, right)],
    dilations: [strideHeight, strideWidth],
  });
  device.free(used, taps);
  const result = device.run("Transpose", { x: gradient }, { perm: [1, 2, 0, 3] });
  device.free(gradient);
  return result;
}

/** Cuts −below rows and −right columns off the images, and frees them. */
function crop(images: tf.TensorInfo, below: number, right: number, device: Device): tf.TensorInfo {
  const [count = 0, height = 0, width = 0, depth = 0] = images.shape;
  const size = [count, height + Math.min(0, below), width + Math.min(0, right), depth];
  const cut = device.run("Slice", { x: images }, { begin: [0, 0, 0, 0], size });
  device.free(images);
  return cut;
}

interface Convolution {
  /** Padding before and after. */
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly dilations: readonly [number, number];
}

/** A convolution with strides 1. */
function convolve(x: tf.TensorInfo, filter: tf.TensorInfo, device: Device, how: Convolution): tf.TensorInfo {
  const pad = [[0, 0], how.rows, how.columns, [0, 0]];
  const attrs = { strides: [1, 1], dilations: how.dilations, dataFormat: "NHWC", pad };
  return device.run("Conv2D", { x, filter }, attrs);
}

/**
 * With respect to the input, as convolutions (the package's own loop runs at 1–2 GFLOP/s).
 *
 * With stride s, padded input row i·s + r receives Σ_q dy[i − q]·w[q·s + r]: a correlation of dy with every s-th row
 * of the reversed filter. One convolution for each row phase r, with (column phase, channel) as its output
 * channels; the rows of the phases then interleave. No zeros are stuffed. Stride 1 is the case of one phase.
 */
const conv2DBackpropInput = kernel<Inputs<"dy" | "filter">, tf.Conv2DBackpropInputAttrs>(
  ({ dy, filter }, attrs, device) => {
    if (attrs.dataFormat !== "NHWC") return device.stock("Conv2DBackpropInput", { dy, filter }, attrs);
    const sizes = convolution2d(attrs.inputShape, shape4(filter), attrs);
    return isPointwise(sizes)
      ? pointwiseByInput(dy, filter, sizes, device)
      : byPhases(dy, filter, sizes, device);
  },
);

function isPointwise({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Sizes): boolean {
  return (
    Math.max(filterHeight, filterWidth, strideHeight, strideWidth) === 1 && padInfo.top + padInfo.left === 0
  );
}

function pointwiseByInput(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  sizes: Sizes,
  device: Device,
): tf.TensorInfo {
  const { inShape, inChannels, outChannels } = sizes;
  const a = viewAs(dy, [1, tf.util.sizeFromShape(dy.shape) / outChannels, outChannels]);
  const b = viewAs(filter, [1, inChannels, outChannels]);
  return viewAs(device.run("BatchMatMul", { a, b }, { transposeA: false, transposeB: true }), inShape);
}

function byPhases(dy: tf.TensorInfo, filter: tf.TensorInfo, sizes: Sizes, device: Device): tf.TensorInfo {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = sizes;
  const { strideHeight, strideWidth } = sizes;
  const below = Math.max(0, Math.ceil((inHeight + padInfo.top) / strideHeight) - outHeight);
  const right = Math.max(0, Math.ceil((inWidth + padInfo.left) / strideWidth) - outWidth);
  const columnTaps = Math.ceil(filterWidth / strideWidth);
  const out = device.output(sizes.inShape);
  // Every row is written below except those of phases beyond the filter's height.
  if (filterHeight < strideHeight) device.floats(out).fill(0);
  for (let phase = 0; phase < Math.min(strideHeight, filterHeight); phase++) {
    const taps = phaseFilter(filter, phase, columnTaps, sizes, device);
    const [rowTaps = 0] = taps.shape;
    const rows = convolve(dy, taps, device, {
      rows: [rowTaps - 1, below],
      columns: [columnTaps - 1, right],
      dilations: [1, 1],
    });
    device.free(taps);
    interleave(rows, phase, out, sizes, device);
    device.free(rows);
  }
  return out;
}

/** The filter of one row phase: [row taps, column taps, out, column phase · in], taps reversed, short columns 0. */
function phaseFilter(
  filter: tf.TensorInfo,
  phase: number,
  columnTaps: number,
  sizes: Sizes,
  device: Device,
): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = sizes;
  const rowTaps = Math.ceil((filterHeight - phase) / strideHeight);
  const width = strideWidth * inChannels;
  const taps = device.output([rowTaps, columnTaps, outChannels, width]);
  const target = device.floats(taps);
  const source = device.floats(filter);
  if (filterWidth % strideWidth !== 0) target.fill(0);
  for (let q = 0; q < rowTaps; q++) {
    for (let column = 0; column < filterWidth; column++) {
      const tap = Math.floor(column / strideWidth);
      const start = ((rowTaps - 1 - q) * columnTaps + columnTaps - 1 - tap) * outChannels * width;
      const to = start + (column - tap * strideWidth) * inChannels;
      const from = ((phase + q * strideHeight) * filterWidth + column) * inChannels * outChannels;
      // A matrix [in, out] to columns of rows of that width.
      for (let o = 0; o < outChannels; o++) {
        for (let c = 0; c < inChannels; c++) target[to + o * width + c] = source[from + c * outChannels + o]!;
      }
    }
  }
  return taps;
}

/** Copies the rows of one phase, cut to the input's width, to the rows of the input gradient they belong to. */
function interleave(
  rows: tf.TensorInfo,
  phase: number,
  out: tf.TensorInfo,
  sizes: Sizes,
  device: Device,
): void {
  const { batchSize, inHeight, inWidth, inChannels, strideHeight, padInfo } = sizes;
  const [, rowCount = 0] = rows.shape;
  const source = device.floats(rows);
  const target = device.floats(out);
  const sourceRow = source.length / (batchSize * rowCount);
  const targetRow = inWidth * inChannels;
  const left = padInfo.left * inChannels;
  for (let n = 0; n < batchSize; n++) {
    for (let i = 0; i < rowCount; i++) {
      const y = i * strideHeight + phase - padInfo.top;
      if (y < 0 || y >= inHeight) continue;
      const from = (n * rowCount + i) * sourceRow + left;
      target.set(source.subarray(from, from + targetRow), (n * inHeight + y) * targetRow);
    }
  }
}

export const convolutionGradients: Kernels = {
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
};
