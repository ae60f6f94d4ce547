import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { defineKernel, type Inputs } from "./context.js";

/**
 * Gradient of max pooling: dy goes to the first largest value of each window. The package's kernel starts its search
 * at the smallest positive number and so loses the gradient of windows without a positive value.
 */
export const maxPoolGrad = defineKernel<Inputs<"dy" | "input">, tf.MaxPoolGradAttrs>(
  "MaxPoolGrad",
  ({ dy, input }, { filterSize, strides, pad, dimRoundingMode }, wasm) => {
    const info = tf.backend_util.computePool2DInfo(
      shape4(input),
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const out = wasm.output(input.shape);
    const target = wasm.floats(out);
    target.fill(0);
    const images = wasm.floats(input);
    const gradient = wasm.floats(dy);
    const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
    for (let n = 0; n < batchSize; n++) {
      for (let y = 0; y < outHeight; y++) {
        const top = y * info.strideHeight - padInfo.top;
        const rows = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)] as const;
        for (let x = 0; x < outWidth; x++) {
          const left = x * info.strideWidth - padInfo.left;
          const columns = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)] as const;
          const from = ((n * outHeight + y) * outWidth + x) * inChannels;
          for (let c = 0; c < inChannels; c++) {
            const at = firstLargest(images, n * inHeight, rows, inWidth, columns, inChannels, c);
            if (at >= 0) target[at]! += gradient[from + c]!;
          }
        }
      }
    }
    return out;
  },
);

/** Index of the first largest value of a window in one channel; −1 for a window of NaN. */
function firstLargest(
  images: Float32Array,
  firstRow: number,
  [top, bottom]: readonly [number, number],
  width: number,
  [left, right]: readonly [number, number],
  channels: number,
  channel: number,
): number {
  let largest = -Infinity;
  let found = -1;
  for (let row = top; row < bottom; row++) {
    let at = ((firstRow + row) * width + left) * channels + channel;
    for (let column = left; column < right; column++, at += channels) {
      const value = images[at]!;
      if (value > largest || (found < 0 && value === -Infinity)) {
        largest = value;
        found = at;
      }
    }
  }
  return found;
}
