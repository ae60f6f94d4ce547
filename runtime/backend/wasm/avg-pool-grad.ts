import type { tf } from "../tf.js";
import { averagePoolGradient, averageWindows, type AveragePoolGradient } from "../average-pool-gradient.js";
import { defineKernel, type Inputs, type KernelDefinition } from "./context.js";

const gradient = (kernelName: AveragePoolGradient): KernelDefinition =>
  defineKernel<Inputs<"dy" | "input">, tf.AvgPoolGradAttrs | tf.AvgPool3DGradAttrs>(
    kernelName,
    ({ dy, input }, attrs, wasm) => {
      const windows = averageWindows(kernelName, input, attrs);
      if (windows === null) return wasm.stock(kernelName, { dy, input }, attrs);
      const out = wasm.output(input.shape);
      averagePoolGradient(windows, wasm.floats(dy), wasm.floats(out));
      return out;
    },
  );

export const avgPoolGrad = gradient("AvgPoolGrad");
export const avgPool3DGrad = gradient("AvgPool3DGrad");
