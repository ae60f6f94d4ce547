import type { Alignment } from "../../core/schedule/alignment.js";
import { findingsOn, type Findings } from "../backend/findings.js";
import { tf } from "../backend/tf.js";
import type { Backend, BackendOptions } from "../backend/types.js";
import { openBackend } from "./backend.js";
import { alignmentOf } from "./host.js";

/** What `doctor` finds in a page or a worker; plain data. */
export interface PageReport extends Findings {
  readonly browser: string;
  /** Whether the page may share memory with threads. */
  readonly isolated: boolean;
  /** Which counts of channels it computes fastest: what `aligned to auto` takes. */
  readonly alignment: Alignment;
  /** How to get a faster or fuller setting; empty when there is nothing to gain. */
  readonly advice: readonly string[];
}

/**
 * Opens the backend that a run would take (or the one asked for) and looks at it, some seconds long.
 * @throws DiagnosticError P7301 when it does not open
 */
export async function doctor(options: BackendOptions = {}): Promise<PageReport> {
  const backend = await openBackend(options);
  return {
    browser: globalThis.navigator?.userAgent ?? "",
    ...(await findingsOn(backend)),
    isolated: globalThis.crossOriginIsolated === true,
    alignment: await alignmentOf(backend),
    advice: adviceOn(backend),
  };
}

function adviceOn({ name, skipped }: Backend): string[] {
  const advice: string[] = [];
  if (name === "cpu" && skipped.some((one) => one.name === "wasm"))
    advice.push("say where the files of WebAssembly lie: `setWasmPaths` of @tensorflow/tfjs-backend-wasm");
  if (tf.findBackendFactory("webgl") === null && tf.findBackendFactory("webgpu") === null)
    advice.push("to try the GPU: import @tensorflow/tfjs-backend-webgl or @tensorflow/tfjs-backend-webgpu");
  return advice;
}
