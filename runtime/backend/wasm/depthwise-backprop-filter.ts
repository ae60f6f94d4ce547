import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { defineKernel, type Inputs } from "./context.js";

/** Gradient of a depthwise convolution with respect to its filter (the package has none): loops over the heap. */
export const depthwiseBackpropFilter = defineKernel<
  Inputs<"x" | "dy">,
  tf.DepthwiseConv2dNativeBackpropFilterAttrs
>("DepthwiseConv2dNativeBackpropFilter", ({ x, dy }, attrs, wasm) => {
  const { strides, dilations, pad, dimRoundingMode, filterShape } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    shape4(x),
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const out = wasm.output(info.filterShape);
  const images = wasm.floats(x);
  const gradient = wasm.floats(dy);
  const target = wasm.floats(out);
  const sums = new Float64Array(info.outChannels);
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) {
      sums.fill(0);
      addTap(images, gradient, sums, row, column, info);
      target.set(sums, (row * info.filterWidth + column) * info.outChannels);
    }
  }
  return out;
});

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
