import { measureSpeed, type Speed } from "./speed.js";
import { tf } from "./tf.js";
import type { Backend, KernelCheck, Refusal, SkippedBackend } from "./types.js";

/** What is found out about an opened backend wherever it runs; plain data. */
export interface Findings {
  readonly backend: Backend["name"];
  readonly description: string;
  /** Backends that were tried before it, and why they are not used: they do not open, or a kernel computes wrongly. */
  readonly skipped: readonly SkippedBackend[];
  /** Threads of the kernels; null where the backend does not tell. */
  readonly threads: number | null;
  /** Whether WebAssembly runs 128-bit instructions here; null where another backend is in use. */
  readonly simd: boolean | null;
  readonly checks: readonly KernelCheck[];
  readonly refusals: readonly Refusal[];
  readonly speed: Speed;
}

export async function findingsOn(backend: Backend): Promise<Findings> {
  const { name, description, skipped, threads, checks, refusals } = backend;
  const simd = name === "wasm" ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : null;
  return {
    backend: name,
    description,
    skipped,
    threads: Number.isNaN(threads) ? null : threads,
    simd: typeof simd === "boolean" ? simd : null,
    checks,
    refusals,
    speed: measureSpeed(backend),
  };
}
