import util from "node:util";
import { tf } from "../tf.js";
import { nativeEntry, PACKAGE } from "./entry.js";
import { isNativeBackend, type NativeBackend } from "./native.js";

/** tfjs-node 4.22.0 calls two functions that Node 23 took out of node:util. Reads nothing from outside itself: the trial runs it too. */
export function restoreUtil(module: object): void {
  if (!("isNullOrUndefined" in module)) {
    Object.assign(module, { isNullOrUndefined: (v: unknown) => v === null || v === undefined });
  }
  if (!("isArray" in module)) Object.assign(module, { isArray: Array.isArray });
}

/** Loads tfjs-node, which registers itself with the tfjs engine. Throws when it is not installed or does not load. */
export async function loadNative(): Promise<NativeBackend> {
  nativeEntry();
  // TensorFlow reads it at load time; 3 leaves errors only.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "3";
  restoreUtil(util);
  await import(PACKAGE);
  await tf.setBackend("tensorflow");
  const backend = tf.backend();
  if (!isNativeBackend(backend)) {
    throw new Error("tfjs-node loaded another copy of tfjs-core than this package uses");
  }
  return backend;
}
