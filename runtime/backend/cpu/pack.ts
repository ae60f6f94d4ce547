import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { tf } from "../tf.js";
import { averagePoolGradientOnCpu } from "./average-pool-gradient.js";
import { resizeNearestGradient } from "./resize-nearest-gradient.js";

/** A mended kernel: `stock` is the package's. */
export type MendedKernel = (
  cpu: MathBackendCPU,
  stock: (inputs: tf.NamedTensorInfoMap) => tf.TensorInfo,
  input: (name: string) => tf.TensorInfo,
  attrs: tf.NamedAttrMap,
) => tf.TensorInfo;

const kernels: Readonly<Record<string, MendedKernel>> = {
  AvgPoolGrad: averagePoolGradientOnCpu("AvgPoolGrad"),
  AvgPool3DGrad: averagePoolGradientOnCpu("AvgPool3DGrad"),
  ResizeNearestNeighborGrad: resizeNearestGradient,
};

let installed = false;

/** Registers our kernels over the few that the cpu package computes wrongly. */
export function installCpuKernels(cpu: MathBackendCPU): void {
  if (installed) return;
  installed = true;
  for (const [kernelName, mended] of Object.entries(kernels)) {
    const original = tf.getKernel(kernelName, "cpu")?.kernelFunc;
    if (original === undefined) throw new Error(`the cpu backend has no kernel ${kernelName}`);
    tf.unregisterKernel(kernelName, "cpu");
    tf.registerKernel({
      kernelName,
      backendName: "cpu",
      kernelFunc({ inputs, backend, attrs = {} }) {
        const stock = (given: tf.NamedTensorInfoMap): tf.TensorInfo => {
          const result = original({ inputs: given, backend, attrs: { ...attrs } });
          const one = Array.isArray(result) ? result[0] : result;
          if (one === undefined) throw new Error(`${kernelName} returned nothing`);
          return one;
        };
        const input = (name: string): tf.TensorInfo => {
          const given = inputs[name];
          if (given === undefined) throw new Error(`${kernelName} needs ${name}`);
          return given;
        };
        return mended(cpu, stock, input, attrs);
      },
    });
  }
}
