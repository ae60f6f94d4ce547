import type { Alignment } from "../../core/schedule/alignment.js";
import { alignmentOf } from "./alignment.js";
import { findingsOn, type Findings } from "./findings.js";
import { isInstalled, openBackend } from "./index.js";
import { awkward, type Trial } from "./node/trial.js";
import { judge, thisMachine, type NativeHost, type Verdict } from "./node/verdict.js";
import type { Backend, BackendOptions } from "./types.js";

/** What `espalier doctor` prints; plain data. */
export interface DoctorReport extends Findings {
  /** As `process.version`. */
  readonly node: string;
  readonly platform: string;
  /** Why this backend is the one in use. */
  readonly reason: string;
  /** Whether sharp, which decodes images, is installed. */
  readonly sharp: boolean;
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
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    ...(await findingsOn(backend)),
    reason: asked ? "it was asked for" : "it is the fastest that opens",
    sharp,
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
