import { kernel, type Inputs, type Kernels } from "../device.js";
import { shape5 } from "../shape.js";
import { tf } from "../tf.js";

/** The package's gradients of conv3d are wrong (by the input always, by the filter for strides above 1). */
const conv3DBackpropInput = kernel<Inputs<"dy" | "filter">, tf.Conv3DBackpropInputV2Attrs>(
  ({ dy, filter }, { strides, pad, inputShape }, device) => {
    const info = tf.backend_util.computeConv3DInfo(inputShape, shape5(filter), strides, 1, pad);
    const out = device.output(info.inShape);
    const target = device.floats(out);
    target.fill(0);
    const upstream = device.floats(dy);
    const taps = device.floats(filter);
    const { inChannels, outChannels } = info;
    eachTap(info, (image, gradient, tap) => {
      for (let c = 0; c < inChannels; c++) {
        const row = tap + c * outChannels;
        let sum = 0;
        for (let o = 0; o < outChannels; o++) sum += upstream[gradient + o]! * taps[row + o]!;
        target[image + c]! += sum;
      }
    });
    return out;
  },
);

const conv3DBackpropFilter = kernel<Inputs<"x" | "dy">, tf.Conv3DBackpropFilterV2Attrs>(
  ({ x, dy }, { strides, pad, filterShape }, device) => {
    const info = tf.backend_util.computeConv3DInfo(shape5(x), filterShape, strides, 1, pad);
    const out = device.output(info.filterShape);
    const sums = new Float64Array(tf.util.sizeFromShape(info.filterShape));
    const upstream = device.floats(dy);
    const images = device.floats(x);
    const { inChannels, outChannels } = info;
    eachTap(info, (image, gradient, tap) => {
      for (let c = 0; c < inChannels; c++) {
        const value = images[image + c]!;
        const row = tap + c * outChannels;
        for (let o = 0; o < outChannels; o++) sums[row + o]! += value * upstream[gradient + o]!;
      }
    });
    device.floats(out).set(sums);
    return out;
  },
);

/**
 * Calls `visit` with the offsets of an input pixel, the output pixel that reads it and the tap it is read through, for
 * every such triple.
 */
function eachTap(
  info: tf.backend_util.Conv3DInfo,
  visit: (image: number, gradient: number, tap: number) => void,
): void {
  const { batchSize, inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth, outChannels } =
    info;
  const { filterDepth, filterHeight, filterWidth, strideDepth, strideHeight, strideWidth, padInfo } = info;
  for (let n = 0; n < batchSize; n++) {
    for (let z = 0; z < outDepth; z++) {
      for (let i = 0; i < filterDepth; i++) {
        const depth = z * strideDepth + i - padInfo.front;
        if (depth < 0 || depth >= inDepth) continue;
        for (let y = 0; y < outHeight; y++) {
          for (let j = 0; j < filterHeight; j++) {
            const row = y * strideHeight + j - padInfo.top;
            if (row < 0 || row >= inHeight) continue;
            for (let x = 0; x < outWidth; x++) {
              const gradient = (((n * outDepth + z) * outHeight + y) * outWidth + x) * outChannels;
              for (let k = 0; k < filterWidth; k++) {
                const column = x * strideWidth + k - padInfo.left;
                if (column < 0 || column >= inWidth) continue;
                const image = (((n * inDepth + depth) * inHeight + row) * inWidth + column) * inChannels;
                const tap = ((i * filterHeight + j) * filterWidth + k) * inChannels * outChannels;
                visit(image, gradient, tap);
              }
            }
          }
        }
      }
    }
  }
}

export const convolution3dGradients: Kernels = {
  Conv3DBackpropFilterV2: conv3DBackpropFilter,
  Conv3DBackpropInputV2: conv3DBackpropInput,
};
