import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { floatsOf } from "../floats.js";
import { composedOps } from "../ops/composed.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { installCpuKernels } from "./pack.js";

/** Opens the plain JavaScript backend of tfjs: the slow reference. */
export async function openCpu(): Promise<OpenedBackend> {
  if (!(await tf.setBackend("cpu"))) throw new Error("the cpu backend did not start");
  const cpu = tf.backend();
  if (!(cpu instanceof MathBackendCPU)) throw new Error("another backend is registered as cpu");
  withoutAdvice(() => tf.scalar(0).dispose());
  installCpuKernels(cpu);
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
