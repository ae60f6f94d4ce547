import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { defineKernel, type Inputs } from "./context.js";

/** Gradient of a depthwise convolution with respect to its input (the package has none): loops over the heap. */
export const depthwiseBackpropInput = defineKernel<
  Inputs<"dy" | "filter">,
  tf.DepthwiseConv2dNativeBackpropInputAttrs
>("DepthwiseConv2dNativeBackpropInput", ({ dy, filter }, attrs, wasm) => {
  const { strides, dilations, pad, dimRoundingMode, inputShape } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape,
    shape4(filter),
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const out = wasm.output(info.inShape);
  const target = wasm.floats(out);
  target.fill(0);
  scatter(wasm.floats(dy), wasm.floats(filter), target, info);
  return out;
});

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
