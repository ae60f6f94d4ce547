import { averagePoolGradient, averageWindows, type AveragePoolGradient } from "../average-pool-gradient.js";
import type { tf } from "../tf.js";
import type { MendedKernel } from "./pack.js";
import { valuesOf } from "./values.js";

export const averagePoolGradientOnCpu =
  (kernelName: AveragePoolGradient): MendedKernel =>
  (cpu, stock, input, attrs) => {
    const images = input("input");
    const dy = input("dy");
    // The registry hands attributes over untyped; these are what tfjs-core passes under this name.
    const windows = averageWindows(kernelName, images, attrs as unknown as tf.AvgPoolGradAttrs);
    if (windows === null) return stock({ dy, input: images });
    const out = new Float32Array(valuesOf(cpu, images).length);
    averagePoolGradient(windows, valuesOf(cpu, dy), out);
    return cpu.makeTensorInfo(images.shape, "float32", out);
  };
