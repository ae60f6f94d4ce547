import { kernel, type Inputs, type Kernels } from "../device.js";
import { convolution2d } from "../windows.js";
import { shape4 } from "../shape.js";
import type { tf } from "../tf.js";

/** Gradients of depthwise convolutions (the package has none): loops over the heap. */

const byFilter = kernel<Inputs<"x" | "dy">, tf.DepthwiseConv2dNativeBackpropFilterAttrs>(
  ({ x, dy }, attrs, device) => {
    const info = convolution2d(shape4(x), attrs.filterShape, attrs, true);
    const out = device.output(info.filterShape);
    const images = device.floats(x);
    const gradient = device.floats(dy);
    const target = device.floats(out);
    const sums = new Float64Array(info.outChannels);
    for (let row = 0; row < info.filterHeight; row++) {
      for (let column = 0; column < info.filterWidth; column++) {
        sums.fill(0);
        addTap(images, gradient, sums, row, column, info);
        target.set(sums, (row * info.filterWidth + column) * info.outChannels);
      }
    }
    return out;
  },
);

/** Adds x·dy over all positions that one tap of the filter sees, per output channel. */
function addTap(
  images: Float32Array,
  gradient: Float32Array,
  sums: Float64Array,
  tapRow: number,
  tapColumn: number,
  info: tf.backend_util.Conv2DInfo,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  const multiplier = outChannels / inChannels;
  for (let n = 0; n < batchSize; n++) {
    for (let y = 0; y < outHeight; y++) {
      const row = y * strideHeight + tapRow * dilationHeight - padInfo.top;
      if (row < 0 || row >= inHeight) continue;
      for (let x = 0; x < outWidth; x++) {
        const column = x * strideWidth + tapColumn * dilationWidth - padInfo.left;
        if (column < 0 || column >= inWidth) continue;
        const from = ((n * inHeight + row) * inWidth + column) * inChannels;
        const at = ((n * outHeight + y) * outWidth + x) * outChannels;
        if (multiplier === 1) {
          for (let c = 0; c < inChannels; c++) sums[c]! += images[from + c]! * gradient[at + c]!;
          continue;
        }
        for (let c = 0, o = 0; c < inChannels; c++) {
          for (let q = 0; q < multiplier; q++, o++) sums[o]! += images[from + c]! * gradient[at + o]!;
        }
      }
    }
  }
}

const byInput = kernel<Inputs<"dy" | "filter">, tf.DepthwiseConv2dNativeBackpropInputAttrs>(
  ({ dy, filter }, attrs, device) => {
    const info = convolution2d(attrs.inputShape, shape4(filter), attrs, true);
    const out = device.output(info.inShape);
    const target = device.floats(out);
    target.fill(0);
    scatter(device.floats(dy), device.floats(filter), target, info);
    return out;
  },
);

/** Every output position adds dy·tap to the input positions it read. */
function scatter(
  gradient: Float32Array,
  taps: Float32Array,
  target: Float32Array,
  info: tf.backend_util.Conv2DInfo,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, filterHeight, filterWidth } = info;
  const multiplier = outChannels / inChannels;
  for (let n = 0; n < batchSize; n++) {
    for (let y = 0; y < outHeight; y++) {
      for (let i = 0; i < filterHeight; i++) {
        const row = y * strideHeight + i * dilationHeight - padInfo.top;
        if (row < 0 || row >= inHeight) continue;
        for (let x = 0; x < outWidth; x++) {
          const from = ((n * outHeight + y) * outWidth + x) * outChannels;
          for (let j = 0; j < filterWidth; j++) {
            const column = x * strideWidth + j * dilationWidth - padInfo.left;
            if (column < 0 || column >= inWidth) continue;
            const at = ((n * inHeight + row) * inWidth + column) * inChannels;
            const tap = (i * filterWidth + j) * outChannels;
            if (multiplier === 1) {
              for (let c = 0; c < inChannels; c++) target[at + c]! += gradient[from + c]! * taps[tap + c]!;
              continue;
            }
            for (let c = 0, o = 0; c < inChannels; c++) {
              for (let q = 0; q < multiplier; q++, o++)
                target[at + c]! += gradient[from + o]! * taps[tap + o]!;
            }
          }
        }
      }
    }
  }
}

export const depthwiseGradients: Kernels = {
  DepthwiseConv2dNativeBackpropFilter: byFilter,
  DepthwiseConv2dNativeBackpropInput: byInput,
};
