import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { defineKernel, type Inputs, viewAs, type Wasm } from "./context.js";

/**
 * Gradient of conv2d with respect to its input, as convolutions (the package's own loop runs at 1–2 GFLOP/s).
 *
 * With stride s, padded input row i·s + r receives Σ_q dy[i − q]·w[q·s + r]: a correlation of dy with every s-th row
 * of the reversed filter. One convolution for each row phase r, with (column phase, channel) as its output
 * channels; the rows of the phases then interleave. No zeros are stuffed. Stride 1 is the case of one phase.
 */
export const conv2DBackpropInput = defineKernel<Inputs<"dy" | "filter">, tf.Conv2DBackpropInputAttrs>(
  "Conv2DBackpropInput",
  ({ dy, filter }, attrs, wasm) => {
    const format = tf.backend_util.convertConv2DDataFormat(attrs.dataFormat);
    const info = tf.backend_util.computeConv2DInfo(
      attrs.inputShape,
      shape4(filter),
      attrs.strides,
      1,
      attrs.pad,
      attrs.dimRoundingMode,
      false,
      format,
    );
    if (format !== "channelsLast") return wasm.stock("Conv2DBackpropInput", { dy, filter }, attrs);
    if (isPointwise(info)) return pointwise(dy, filter, info, wasm);
    return byPhases(dy, filter, info, wasm);
  },
);

function isPointwise(info: tf.backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return (
    Math.max(filterHeight, filterWidth, strideHeight, strideWidth) === 1 && padInfo.top + padInfo.left === 0
  );
}

function pointwise(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  wasm: Wasm,
): tf.TensorInfo {
  const { inShape, inChannels, outChannels } = info;
  const a = viewAs(dy, [1, tf.util.sizeFromShape(dy.shape) / outChannels, outChannels]);
  const b = viewAs(filter, [1, inChannels, outChannels]);
  return viewAs(wasm.run("BatchMatMul", { a, b }, { transposeA: false, transposeB: true }), inShape);
}

function byPhases(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  wasm: Wasm,
): tf.TensorInfo {
  const { inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth, filterWidth, padInfo } = info;
  const phaseRows = Math.ceil((inHeight + padInfo.top) / strideHeight);
  const phaseColumns = Math.ceil((inWidth + padInfo.left) / strideWidth);
  const columnTaps = Math.ceil(filterWidth / strideWidth);
  const out = wasm.output(info.inShape);
  // Every row is written below except those of phases beyond the filter's height.
  if (info.filterHeight < strideHeight) wasm.floats(out).fill(0);
  for (let phase = 0; phase < Math.min(strideHeight, info.filterHeight); phase++) {
    const taps = phaseFilter(filter, phase, columnTaps, info, wasm);
    const [rowTaps = 0] = taps.shape;
    const below = Math.max(0, phaseRows - outHeight);
    const right = Math.max(0, phaseColumns - outWidth);
    const rows = wasm.run(
      "Conv2D",
      { x: dy, filter: taps },
      {
        strides: [1, 1],
        dilations: [1, 1],
        dataFormat: "NHWC",
        pad: [
          [0, 0],
          [rowTaps - 1, below],
          [columnTaps - 1, right],
          [0, 0],
        ],
      },
    );
    wasm.free(taps);
    interleave(rows, phase, out, info, wasm);
    wasm.free(rows);
  }
  return out;
}

/** The filter of one row phase: [row taps, column taps, out, column phase · in], taps reversed, short columns 0. */
function phaseFilter(
  filter: tf.TensorInfo,
  phase: number,
  columnTaps: number,
  info: tf.backend_util.Conv2DInfo,
  wasm: Wasm,
): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const rowTaps = Math.ceil((filterHeight - phase) / strideHeight);
  const width = strideWidth * inChannels;
  const taps = wasm.output([rowTaps, columnTaps, outChannels, width]);
  const target = wasm.floats(taps);
  const source = wasm.floats(filter);
  if (filterWidth % strideWidth !== 0) target.fill(0);
  for (let q = 0; q < rowTaps; q++) {
    for (let column = 0; column < filterWidth; column++) {
      const tap = Math.floor(column / strideWidth);
      const to = ((rowTaps - 1 - q) * columnTaps + columnTaps - 1 - tap) * outChannels * width;
      const from = ((phase + q * strideHeight) * filterWidth + column) * inChannels * outChannels;
      transposeInto(source, from, target, to + (column - tap * strideWidth) * inChannels, info, width);
    }
  }
  return taps;
}

/** Copies a matrix [in, out] at `from` to columns [out, ...] of row length `width` at `to`. */
function transposeInto(
  source: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  { inChannels, outChannels }: tf.backend_util.Conv2DInfo,
  width: number,
): void {
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < inChannels; c++) target[to + o * width + c] = source[from + c * outChannels + o]!;
  }
}

/** Copies the rows of one phase, cut to the input's width, to the rows of the input gradient they belong to. */
function interleave(
  rows: tf.TensorInfo,
  phase: number,
  out: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  wasm: Wasm,
): void {
  const { batchSize, inHeight, inWidth, inChannels, strideHeight, padInfo } = info;
  const [, rowCount = 0] = rows.shape;
  const source = wasm.floats(rows);
  const target = wasm.floats(out);
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
