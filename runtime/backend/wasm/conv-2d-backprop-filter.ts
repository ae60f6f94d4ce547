import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { defineKernel, type Inputs, viewAs, type Wasm } from "./context.js";

/**
 * Gradient of conv2d with respect to its filter (the package has none), as one convolution: channels of x become
 * images, the batch becomes the channels, dy is the filter and the stride its dilation.
 */
export const conv2DBackpropFilter = defineKernel<Inputs<"x" | "dy">, tf.Conv2DBackpropFilterAttrs>(
  "Conv2DBackpropFilter",
  ({ x, dy }, attrs, wasm) => {
    const format = tf.backend_util.convertConv2DDataFormat(attrs.dataFormat);
    if (format !== "channelsLast") throw new Error("Conv2DBackpropFilter: channels must be the last axis");
    const info = tf.backend_util.computeConv2DInfo(
      shape4(x),
      attrs.filterShape,
      attrs.strides,
      1,
      attrs.pad,
      attrs.dimRoundingMode,
      false,
      format,
    );
    const { filterHeight, filterWidth, padInfo } = info;
    const onePixel = filterHeight === 1 && filterWidth === 1 && padInfo.top === 0 && padInfo.left === 0;
    return onePixel ? pointwise(x, dy, info, wasm) : asConvolution(x, dy, info, wasm);
  },
);

/** 1×1 filters: xᵀ·dy over the pixels the filter saw. */
function pointwise(
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  wasm: Wasm,
): tf.TensorInfo {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const pixels = batchSize * outHeight * outWidth;
  const strided = strideHeight > 1 || strideWidth > 1;
  const seen = strided ? everySth(x, info, wasm) : x;
  const a = viewAs(seen, [1, pixels, inChannels]);
  const b = viewAs(dy, [1, pixels, outChannels]);
  const product = wasm.run("BatchMatMul", { a, b }, { transposeA: true, transposeB: false });
  if (strided) wasm.free(seen);
  return viewAs(product, info.filterShape);
}

/** The pixels of x at multiples of the strides: [n, outHeight, outWidth, c]. */
export function everySth(
  x: tf.TensorInfo,
  info: Pick<
    tf.backend_util.Conv2DInfo,
    | "batchSize"
    | "inHeight"
    | "inWidth"
    | "inChannels"
    | "outHeight"
    | "outWidth"
    | "strideHeight"
    | "strideWidth"
  >,
  wasm: Wasm,
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const out = wasm.output([batchSize, outHeight, outWidth, inChannels]);
  const source = wasm.floats(x);
  const target = wasm.floats(out);
  let to = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      let from = (n * inHeight + row * strideHeight) * inWidth * inChannels;
      for (let column = 0; column < outWidth; column++) {
        for (let c = 0; c < inChannels; c++) target[to++] = source[from + c]!;
        from += strideWidth * inChannels;
      }
    }
  }
  return out;
}

function asConvolution(
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
  wasm: Wasm,
): tf.TensorInfo {
  const { filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } =
    info;
  const { padInfo } = info;
  // Rows and columns that the last window reaches beyond the image; negative where the image is not used up.
  const below = (outHeight - 1) * strideHeight + filterHeight - inHeight - padInfo.top;
  const right = (outWidth - 1) * strideWidth + filterWidth - inWidth - padInfo.left;
  const images = wasm.run("Transpose", { x }, { perm: [3, 1, 2, 0] });
  const used = below < 0 || right < 0 ? crop(images, below, right, wasm) : images;
  const taps = wasm.run("Transpose", { x: dy }, { perm: [1, 2, 0, 3] });
  const gradient = wasm.run(
    "Conv2D",
    { x: used, filter: taps },
    {
      strides: [1, 1],
      dilations: [strideHeight, strideWidth],
      dataFormat: "NHWC",
      pad: [
        [0, 0],
        [padInfo.top, Math.max(0, below)],
        [padInfo.left, Math.max(0, right)],
        [0, 0],
      ],
    },
  );
  wasm.free(used, taps);
  const result = wasm.run("Transpose", { x: gradient }, { perm: [1, 2, 0, 3] });
  wasm.free(gradient);
  return result;
}

/** Cuts −below rows and −right columns off the images, and frees them. */
function crop(images: tf.TensorInfo, below: number, right: number, wasm: Wasm): tf.TensorInfo {
  const [count = 0, height = 0, width = 0, depth = 0] = images.shape;
  const size = [count, height + Math.min(0, below), width + Math.min(0, right), depth];
  const cut = wasm.run("Slice", { x: images }, { begin: [0, 0, 0, 0], size });
  wasm.free(images);
  return cut;
}
