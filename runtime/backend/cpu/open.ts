import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { averagePoolGradients } from "../average-pooling.js";
import { installKernels, type Kernels, type Memory } from "../device.js";
import { floatsOf } from "../values.js";
import { composedOps } from "../ops/composed.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { resizeNearestGradient } from "./resize-nearest.js";

/** The few kernels that the cpu package computes wrongly. */
const kernels: Kernels = {
  ...averagePoolGradients,
  ResizeNearestNeighborGrad: resizeNearestGradient,
};
let installed = false;

/** Opens the plain JavaScript backend of tfjs: the slow reference. */
export async function openCpu(): Promise<OpenedBackend> {
  if (!(await tf.setBackend("cpu"))) throw new Error("the cpu backend did not start");
  const cpu = tf.backend();
  if (!(cpu instanceof MathBackendCPU)) throw new Error("another backend is registered as cpu");
  withoutAdvice(() => tf.scalar(0).dispose());
  if (!installed) {
    installed = true;
    const memory: Memory = {
      output: (shape) =>
        cpu.makeTensorInfo([...shape], "float32", new Float32Array(tf.util.sizeFromShape([...shape]))),
      values: (t) => cpu.data.get(t.dataId).values,
      free: (t) => cpu.disposeIntermediateTensorInfo(t),
    };
    installKernels("cpu", memory, kernels);
  }
  return {
    name: "cpu",
    threads: 1,
    description: "cpu (plain JavaScript)",
    ops: composedOps,
    assign(variable, data) {
      if (data.length !== variable.size) throw new Error(`${variable.name} has ${variable.size} values`);
      // A fresh array: values read earlier are references into the old one.
      cpu.data.get(variable.dataId).values = data.slice();
    },
    read: floatsOf,
  };
}

/** The first allocation prints an advertisement for tfjs-node on stderr, except in the engine's production mode. */
function withoutAdvice(allocate: () => void): void {
  const before = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  allocate();
  tf.env().set("PROD", before);
}
