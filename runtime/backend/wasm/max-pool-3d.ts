import { shape5 } from "../shape.js";
import { tf } from "../tf.js";
import { defineKernel, type Inputs } from "./context.js";

/**
 * Max pooling in three dimensions and its gradient. The package's kernels start their search at the smallest positive
 * number: windows without a positive value come out wrong.
 */
export const maxPool3D = defineKernel<Inputs<"x">, tf.MaxPool3DAttrs>("MaxPool3D", ({ x }, attrs, wasm) => {
  const info = poolInfo(x, attrs);
  const out = wasm.output(info.outShape);
  const target = wasm.floats(out);
  const images = wasm.floats(x);
  eachWindow(info, images, (to, largest) => {
    target[to] = images[largest]!;
  });
  return out;
});

export const maxPool3DGrad = defineKernel<Inputs<"dy" | "input">, tf.MaxPool3DGradAttrs>(
  "MaxPool3DGrad",
  ({ dy, input }, attrs, wasm) => {
    const info = poolInfo(input, attrs);
    const out = wasm.output(input.shape);
    const target = wasm.floats(out);
    target.fill(0);
    const upstream = wasm.floats(dy);
    eachWindow(info, wasm.floats(input), (from, largest) => {
      target[largest]! += upstream[from]!;
    });
    return out;
  },
);

function poolInfo(x: tf.TensorInfo, attrs: tf.MaxPool3DGradAttrs): tf.backend_util.Conv3DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  return tf.backend_util.computePool3DInfo(shape5(x), filterSize, strides, 1, pad, dimRoundingMode, "NDHWC");
}

/** Calls `visit` with the offset of every output value and of the first largest input value of its window. */
function eachWindow(
  info: tf.backend_util.Conv3DInfo,
  images: Float32Array,
  visit: (output: number, largest: number) => void,
): void {
  const { batchSize, inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth, padInfo } = info;
  const range = (at: number, stride: number, pad: number, size: number, limit: number) => {
    const start = at * stride - pad;
    return [Math.max(0, start), Math.min(limit, start + size)] as const;
  };
  let output = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let z = 0; z < outDepth; z++) {
      const [front, back] = range(z, info.strideDepth, padInfo.front, info.filterDepth, inDepth);
      for (let y = 0; y < outHeight; y++) {
        const [top, bottom] = range(y, info.strideHeight, padInfo.top, info.filterHeight, inHeight);
        for (let x = 0; x < outWidth; x++) {
          const [left, right] = range(x, info.strideWidth, padInfo.left, info.filterWidth, inWidth);
          for (let c = 0; c < inChannels; c++, output++) {
            let largest = (((n * inDepth + front) * inHeight + top) * inWidth + left) * inChannels + c;
            for (let depth = front; depth < back; depth++) {
              for (let row = top; row < bottom; row++) {
                const start = ((n * inDepth + depth) * inHeight + row) * inWidth;
                for (let column = left; column < right; column++) {
                  const at = (start + column) * inChannels + c;
                  if (images[at]! > images[largest]!) largest = at;
                }
              }
            }
            visit(output, largest);
          }
        }
      }
    }
  }
}
