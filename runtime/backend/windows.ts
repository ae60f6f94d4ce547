import { shape4, shape5 } from "./shape.js";
import { tf } from "./tf.js";

/** The windows of a pooling in three dimensions, channels last; a flat image is one of depth 1. */
export type Windows = Omit<
  tf.backend_util.Conv3DInfo,
  | "inShape"
  | "outShape"
  | "filterShape"
  | "padInfo"
  | "dataFormat"
  | `effective${string}`
  | `dilation${string}`
> & { readonly padInfo: Pick<tf.backend_util.Conv3DInfo["padInfo"], "front" | "top" | "left"> };

interface ConvolutionAttrs extends Pick<tf.Conv2DBackpropInputAttrs, "strides" | "pad" | "dimRoundingMode"> {
  readonly dilations?: [number, number] | number;
}

/** The sizes of a flat convolution, channels last. */
export function convolution2d(
  inShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  { strides, dilations = 1, pad, dimRoundingMode }: ConvolutionAttrs,
  depthwise = false,
): tf.backend_util.Conv2DInfo {
  const { computeConv2DInfo } = tf.backend_util;
  return computeConv2DInfo(inShape, filterShape, strides, dilations, pad, dimRoundingMode, depthwise);
}

/** Attributes of any pooling in two or three dimensions, as the rank of its input says. */
export type PoolAttrs = tf.MaxPoolGradAttrs | tf.MaxPool3DGradAttrs;

/** The windows of a pooling with these attributes. */
export function poolWindows(x: tf.TensorInfo, attrs: PoolAttrs): Windows {
  // What tfjs-core passes with an image of this rank.
  const flat = attrs as tf.MaxPoolGradAttrs;
  const deep = attrs as tf.MaxPool3DGradAttrs;
  const { dimRoundingMode } = attrs;
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  if (x.shape.length === 5) {
    return computePool3DInfo(shape5(x), deep.filterSize, deep.strides, 1, deep.pad, dimRoundingMode);
  }
  const info = computePool2DInfo(shape4(x), flat.filterSize, flat.strides, 1, flat.pad, dimRoundingMode);
  const depth = { inDepth: 1, outDepth: 1, filterDepth: 1, strideDepth: 1 };
  return { ...info, ...depth, padInfo: { ...info.padInfo, front: 0 } };
}

/**
 * Calls `visit` with the offset of every output pixel and, in their order, those of the `count` input pixels in its window. The array is used
 * again for the next window.
 */
export function eachWindow(
  windows: Windows,
  visit: (output: number, pixels: Int32Array, count: number) => void,
): void {
  const { batchSize, inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth } = windows;
  const { filterDepth, filterHeight, filterWidth, strideDepth, strideHeight, strideWidth, padInfo } = windows;
  const pixels = new Int32Array(filterDepth * filterHeight * filterWidth);
  let output = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let z = 0; z < outDepth; z++) {
      const front = z * strideDepth - padInfo.front;
      const back = Math.min(inDepth, front + filterDepth);
      for (let y = 0; y < outHeight; y++) {
        const top = y * strideHeight - padInfo.top;
        const bottom = Math.min(inHeight, top + filterHeight);
        for (let x = 0; x < outWidth; x++, output += inChannels) {
          const left = x * strideWidth - padInfo.left;
          const right = Math.min(inWidth, left + filterWidth);
          let count = 0;
          for (let depth = Math.max(0, front); depth < back; depth++) {
            for (let row = Math.max(0, top); row < bottom; row++) {
              const start = ((n * inDepth + depth) * inHeight + row) * inWidth;
              for (let column = Math.max(0, left); column < right; column++) {
                pixels[count++] = (start + column) * inChannels;
              }
            }
          }
          visit(output, pixels, count);
        }
      }
    }
  }
}
