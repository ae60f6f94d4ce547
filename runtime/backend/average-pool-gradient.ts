import { shape4, shape5 } from "./shape.js";
import { tf } from "./tf.js";

/**
 * Gradient of average pooling with padding `same`. The kernels of the cpu and wasm packages divide by the size of the
 * whole window, while their forward pass divides by the part of it that lies inside the image.
 */
export function averagePoolGradient(
  info: tf.backend_util.Conv3DInfo,
  dy: Float32Array,
  out: Float32Array,
): void {
  const { batchSize, inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth, padInfo } = info;
  out.fill(0);
  let from = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let z = 0; z < outDepth; z++) {
      const [front, back] = inside(z, info.strideDepth, padInfo.front, info.filterDepth, inDepth);
      for (let y = 0; y < outHeight; y++) {
        const [top, bottom] = inside(y, info.strideHeight, padInfo.top, info.filterHeight, inHeight);
        for (let x = 0; x < outWidth; x++, from += inChannels) {
          const [left, right] = inside(x, info.strideWidth, padInfo.left, info.filterWidth, inWidth);
          const share = 1 / ((back - front) * (bottom - top) * (right - left));
          for (let depth = front; depth < back; depth++) {
            for (let row = top; row < bottom; row++) {
              const start = ((n * inDepth + depth) * inHeight + row) * inWidth;
              for (let column = left; column < right; column++) {
                const at = (start + column) * inChannels;
                for (let c = 0; c < inChannels; c++) out[at + c]! += share * dy[from + c]!;
              }
            }
          }
        }
      }
    }
  }
}

function inside(
  at: number,
  stride: number,
  pad: number,
  size: number,
  limit: number,
): readonly [number, number] {
  const start = at * stride - pad;
  return [Math.max(0, start), Math.min(limit, start + size)];
}

export type AveragePoolGradient = "AvgPoolGrad" | "AvgPool3DGrad";

/** The windows of an average pooling with a named padding; a flat image is one of depth 1. */
export function averageWindows(
  kernelName: AveragePoolGradient,
  input: tf.TensorInfo,
  attrs: tf.AvgPoolGradAttrs | tf.AvgPool3DGradAttrs,
): tf.backend_util.Conv3DInfo | null {
  const { filterSize, strides, pad } = attrs;
  if (pad !== "same" && pad !== "valid") return null;
  const flat = kernelName === "AvgPoolGrad";
  const [n, height, width, channels] = flat ? shape4(input) : [0, 0, 0, 0];
  const shape = flat ? ([n, 1, height, width, channels] as const) : shape5(input);
  return tf.backend_util.computePool3DInfo(
    [...shape],
    triple(filterSize, flat),
    triple(strides, flat),
    1,
    pad,
  );
}

function triple(size: number | readonly number[], flat: boolean): [number, number, number] {
  const sizes = typeof size === "number" ? [size, size, size] : size;
  const [height = 1, width = 1] = sizes.slice(-2);
  return [flat ? 1 : (sizes[0] ?? 1), height, width];
}
