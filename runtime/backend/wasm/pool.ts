import { shape4 } from "../shape.js";
import { tf } from "../tf.js";
import { everySth } from "./conv-2d-backprop-filter.js";
import { defineKernel, type Inputs, type KernelDefinition } from "./context.js";

/** Pooling. The package returns zeros for a window of one pixel with a stride: that only picks pixels. */
const pool = (kernelName: "MaxPool" | "AvgPool"): KernelDefinition =>
  defineKernel<Inputs<"x">, tf.MaxPoolAttrs>(kernelName, ({ x }, attrs, wasm) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = tf.backend_util.computePool2DInfo(shape4(x), filterSize, strides, 1, pad, dimRoundingMode);
    const picks = info.filterHeight === 1 && info.filterWidth === 1;
    if (picks && info.padInfo.top === 0 && info.padInfo.left === 0) return everySth(x, info, wasm);
    return wasm.stock(kernelName, { x }, attrs);
  });

export const maxPool = pool("MaxPool");
export const avgPool = pool("AvgPool");
