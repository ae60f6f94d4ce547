import type { Alignment } from "../../core/schedule/alignment.js";
import { alignmentOf } from "./alignment.js";
import { isInstalled, openBackend } from "./index.js";
import { awkward, type Trial } from "./node/trial.js";
import { judge, thisMachine, type NativeHost, type Verdict } from "./node/verdict.js";
import { measureSpeed, type Speed } from "./speed.js";
import { tf } from "./tf.js";
import type { Backend, BackendOptions, KernelCheck, Refusal, SkippedBackend } from "./types.js";

/** What `espalier doctor` prints; plain data. */
export interface DoctorReport {
  /** As `process.version`. */
  readonly node: string;
  readonly platform: string;
  readonly backend: Backend["name"];
  readonly description: string;
  /** Why this backend is the one in use. */
  readonly reason: string;
  /** Backends that were tried before it, and why they do not open. */
  readonly skipped: readonly SkippedBackend[];
  /** Threads of the kernels; null where the backend does not tell. */
  readonly threads: number | null;
  /** Whether WebAssembly runs 128-bit instructions here; null where another backend is in use. */
  readonly simd: boolean | null;
  /** Whether sharp, which decodes images, is installed. */
  readonly sharp: boolean;
  readonly checks: readonly KernelCheck[];
  readonly refusals: readonly Refusal[];
  readonly speed: Speed;
  /** Which counts of channels it computes fastest: what `aligned to auto` takes. Measured anew, and kept. */
  readonly alignment: Alignment;
  /** What trials of tfjs-node in processes of their own found; null where it is not installed, not asked for, or cannot be tried. */
  readonly native: NativeReport | null;
  /** How to get a faster or fuller setting, one command or sentence each; empty when there is nothing to gain. */
  readonly advice: readonly string[];
}

export interface NativeReport {
  /** How many gradients were tried. */
  readonly tried: number;
  readonly verdict: Verdict;
  /** What TensorFlow's own kernels do with the gradients that they are known to die of, which espalier takes another way. */
  readonly library: Trial | null;
}

/**
 * Opens the backend and looks at it: some seconds, more on tfjs-node, which is tried anew in other processes
 * whatever was found before.
 */
export async function examine(
  options: BackendOptions = {},
  host: NativeHost = thisMachine,
): Promise<DoctorReport> {
  const { backend: wanted = "auto" } = options;
  // Before TensorFlow is opened, which may switch oneDNN off for this process and those it starts.
  const native = wanted === "auto" || wanted === "node" ? await tryNative(host) : null;
  const backend = await openBackend(options, host);
  const sharp = await installed("sharp");
  const asked = options.backend !== undefined && options.backend !== "auto";
  const simd = backend.name === "wasm" ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : null;
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    backend: backend.name,
    description: backend.description,
    reason: asked ? "it was asked for" : "it is the fastest that opens",
    skipped: backend.skipped,
    threads: Number.isNaN(backend.threads) ? null : backend.threads,
    simd: typeof simd === "boolean" ? simd : null,
    sharp,
    checks: backend.checks,
    refusals: backend.refusals,
    speed: measureSpeed(backend),
    alignment: await alignmentOf(backend, { fresh: true }),
    native,
    advice: adviceOn(backend, sharp),
  };
}

async function tryNative(host: NativeHost): Promise<NativeReport | null> {
  const verdict = await judge(host, { fresh: true }).catch(() => null);
  if (verdict === null) return null;
  return { tried: awkward.length, verdict, library: await host.trial("library", {}) };
}

function adviceOn(backend: Backend, sharp: boolean): string[] {
  const advice: string[] = [];
  if (backend.name !== "node" && !backend.skipped.some(isInstalled)) {
    advice.push("for about three times the speed: `npx espalier setup-native`");
  }
  if (!sharp) advice.push("to read folders of images: `npm install sharp`");
  return advice;
}

/** The specifier comes as a value, so that the compiler does not look for an optional package. */
async function installed(specifier: string): Promise<boolean> {
  return import(specifier).then(
    () => true,
    () => false,
  );
}
