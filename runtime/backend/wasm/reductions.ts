import { kernel, viewAs, type Device, type Inputs, type Kernels } from "../device.js";
import { CROSS_ENTROPY, CROSS_ENTROPY_SPARSE } from "../ops/kernels.js";
import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import { WORTHWHILE_ROWS } from "./arithmetic.js";

/**
 * Sum and mean over all axes but the last, by average pooling (12 times faster than the package's transpose and sum).
 */
const reduction = (kernelName: "Sum" | "Mean") =>
  kernel<Inputs<"x">, tf.SumAttrs>(({ x }, attrs, device) => {
    const { shape, dtype } = x;
    const channels = shape.at(-1) ?? 0;
    const axes = tf.util.parseAxisParam(attrs.axis, shape);
    const leading = axes.length === shape.length - 1 && axes.every((axis) => axis < shape.length - 1);
    const rows = tf.util.sizeFromShape(shape.slice(0, -1));
    if (dtype !== "float32" || !leading || channels < 2 || rows < WORTHWHILE_ROWS) {
      return device.stock(kernelName, { x }, attrs);
    }
    const result = columnMeans(x, device);
    if (kernelName === "Sum") {
      const values = device.floats(result);
      for (let c = 0; c < channels; c++) values[c]! *= rows;
    }
    return viewAs(result, attrs.keepDims ? [...shape.slice(0, -1).map(() => 1), channels] : [channels]);
  });

/** Means [channels] over all axes of x but the last; in two stages, so that float sums stay short. */
export function columnMeans(x: tf.TensorInfo, device: Device): tf.TensorInfo {
  const channels = channelsOf(x);
  const rows = tf.util.sizeFromShape(x.shape) / channels;
  const stage = [512, 256, 128, 64, 32, 16].find((size) => rows % size === 0 && rows > size) ?? rows;
  const pool = (values: tf.TensorInfo, images: number, height: number): tf.TensorInfo => {
    const attrs = { filterSize: [height, 1], strides: [1, 1], pad: "valid" };
    return device.stock("AvgPool", { x: viewAs(values, [images, height, 1, channels]) }, attrs);
  };
  const partial = pool(x, rows / stage, stage);
  if (stage === rows) return viewAs(partial, [channels]);
  const result = pool(partial, 1, rows / stage);
  device.free(partial);
  return viewAs(result, [channels]);
}

/** The gradient of `gather` (embeddings); the package has none. Negative segment numbers are dropped, as on cpu. */
const unsortedSegmentSum = kernel<Inputs<"x" | "segmentIds">, tf.UnsortedSegmentSumAttrs>(
  ({ x, segmentIds }, { numSegments }, device) => {
    const inner = x.shape.slice(segmentIds.shape.length);
    const width = tf.util.sizeFromShape(inner);
    const out = device.output([numSegments, ...inner]);
    const target = device.floats(out);
    const source = device.floats(x);
    target.fill(0);
    device.ints(segmentIds).forEach((segment, i) => {
      if (segment < 0 || segment >= numSegments) return;
      for (let k = 0; k < width; k++) target[segment * width + k]! += source[i * width + k]!;
    });
    return out;
  },
);

/**
 * Mean cross-entropy of soft-max rows and its gradient by the logits. `targetsOf` is asked once all memory is allocated; its answer gives
 * the target of a row and a class.
 */
function crossEntropy(
  logits: tf.TensorInfo,
  device: Device,
  targetsOf: (classes: number) => (row: number, c: number) => number,
): tf.TensorInfo[] {
  const [n = 0, classes = 0] = logits.shape;
  const slope = device.output([n, classes]);
  const loss = device.output([]);
  const target = targetsOf(classes);
  const x = device.floats(logits);
  const d = device.floats(slope);
  let total = 0;
  for (let row = 0; row < n; row++) {
    const start = row * classes;
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, x[start + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(x[start + c]! - largest);
    const logSum = largest + Math.log(sum);
    let weight = 0;
    for (let c = 0; c < classes; c++) {
      const t = target(row, c);
      weight += t;
      if (t !== 0) total += t * (logSum - x[start + c]!);
    }
    for (let c = 0; c < classes; c++) {
      d[start + c] = (weight * Math.exp(x[start + c]! - logSum) - target(row, c)) / n;
    }
  }
  device.floats(loss)[0] = total / n;
  return [loss, slope];
}

export const reductions: Kernels = {
  Mean: reduction("Mean"),
  Sum: reduction("Sum"),
  UnsortedSegmentSum: unsortedSegmentSum,
  // Against a distribution per row.
  [CROSS_ENTROPY]: kernel<Inputs<"logits" | "targets">>(({ logits, targets }, _attrs, device) =>
    crossEntropy(logits, device, (classes) => {
      const values = device.floats(targets);
      return (row, c) => values[row * classes + c]!;
    }),
  ),
  // Against class indices.
  [CROSS_ENTROPY_SPARSE]: kernel<Inputs<"logits" | "labels">>(({ logits, labels }, _attrs, device) =>
    crossEntropy(logits, device, () => {
      const indices = device.ints(labels);
      return (row, c) => (indices[row] === c ? 1 : 0);
    }),
  ),
};
