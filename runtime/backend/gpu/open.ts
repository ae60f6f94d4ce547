import type { BackendName } from "../../types.js";
import { composedOps } from "../ops/composed.js";
import { tf } from "../tf.js";
import type { OpenedBackend } from "../types.js";
import { assignCopy, floatsOf } from "../values.js";
import { mendAveragePooling } from "./average-pooling.js";

/** Opens a backend that the page has registered with tfjs by importing its package (WebGL, WebGPU). */
export async function openRegistered(name: Extract<BackendName, "webgl" | "webgpu">): Promise<OpenedBackend> {
  if (tf.findBackendFactory(name) === null) {
    throw new Error(`import @tensorflow/tfjs-backend-${name} first`);
  }
  if (!(await tf.setBackend(name))) throw new Error("it did not start");
  mendAveragePooling(name);
  return {
    name,
    threads: NaN,
    description: name,
    ops: composedOps,
    assign: assignCopy,
    read: floatsOf,
  };
}
