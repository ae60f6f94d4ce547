import type { Alignment } from "../../core/schedule/alignment.js";
import { measureSpeed, type Speed } from "../backend/speed.js";
import { tf } from "../backend/tf.js";
import type { Backend, BackendOptions, KernelCheck, Refusal, SkippedBackend } from "../backend/types.js";
import { openBackend } from "./backend.js";
import { alignmentOf } from "./host.js";

/** What `doctor` finds in a page or a worker; plain data. */
export interface PageReport {
  readonly browser: string;
  readonly backend: Backend["name"];
  readonly description: string;
  /** Backends that were tried before it, and why they are not used: they do not open, or a kernel computes wrongly. */
  readonly skipped: readonly SkippedBackend[];
  /** Threads of the kernels; null where the backend does not tell. */
  readonly threads: number | null;
  /** Whether WebAssembly runs 128-bit instructions here; null where another backend is in use. */
  readonly simd: boolean | null;
  /** Whether the page may share memory with threads. */
  readonly isolated: boolean;
  readonly checks: readonly KernelCheck[];
  readonly refusals: readonly Refusal[];
  readonly speed: Speed;
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
  const simd = backend.name === "wasm" ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : null;
  return {
    browser: globalThis.navigator?.userAgent ?? "",
    backend: backend.name,
    description: backend.description,
    skipped: backend.skipped,
    threads: Number.isNaN(backend.threads) ? null : backend.threads,
    simd: typeof simd === "boolean" ? simd : null,
    isolated: globalThis.crossOriginIsolated === true,
    checks: backend.checks,
    refusals: backend.refusals,
    speed: measureSpeed(backend),
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
