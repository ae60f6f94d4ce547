import { createRequire } from "node:module";
import util from "node:util";
import { tf } from "../tf.js";
import { isNativeBackend, type NativeBackend } from "./native.js";

/** Not a literal, so that the compiler does not look for an optional package. */
const PACKAGE: string = "@tensorflow/tfjs-node";

/** Loads tfjs-node, which registers itself with the tfjs engine. Throws when it is not installed or does not load. */
export async function loadNative(): Promise<NativeBackend> {
  // Asked for first: bundlers and test runners word a missing optional package in their own ways.
  createRequire(import.meta.url).resolve(PACKAGE);
  // TensorFlow reads it at load time; 3 leaves errors only.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "3";
  // tfjs-node 4.22.0 calls two functions that Node 23 took out of node:util.
  if (!("isNullOrUndefined" in util)) {
    Object.assign(util, { isNullOrUndefined: (v: unknown) => v === null || v === undefined });
  }
  if (!("isArray" in util)) Object.assign(util, { isArray: Array.isArray });
  await import(PACKAGE);
  await tf.setBackend("tensorflow");
  const backend = tf.backend();
  if (!isNativeBackend(backend)) {
    throw new Error("tfjs-node loaded another copy of tfjs-core than this package uses");
  }
  return backend;
}
