import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../version.js";
import { cacheFolder, digest, isRecord, keep, librarySettings, machine } from "../machine.js";
import { nativeEntry, nativeFiles } from "./entry.js";
import { awkward, deadly, runProgram, trialOf, trialProgram, type Kernels, type Trial } from "./trial.js";

/** Whether the process may load TensorFlow, and how: what trials in processes of their own found. */
export interface Verdict {
  /** As the library comes. */
  readonly asIs: Trial;
  /** Without oneDNN, Intel's library of kernels inside TensorFlow; tried only where the first trial failed. */
  readonly withoutOneDnn: Trial | null;
}

/** What a verdict is made of; tests put their own in. */
export interface NativeHost {
  /** What the verdict depends on; plain data. Throws when tfjs-node is not installed. */
  conditions(): object;
  /**
   * Tries gradients in a process of its own: as espalier computes them, or the deadly ones as the library does. Null where no process
   * can be started or tfjs-node does not load in one.
   */
  trial(kernels: Kernels, env: Readonly<Record<string, string>>): Promise<Trial | null>;
  /** The folder that keeps verdicts; null keeps none. */
  readonly cache: string | null;
}

/** What switches oneDNN off. TensorFlow reads it when it is loaded. */
export const WITHOUT_ONE_DNN = { TF_ENABLE_ONEDNN_OPTS: "0" } as const;

export const thisMachine: NativeHost = {
  conditions: () => {
    const entry = nativeEntry();
    return {
      espalier: version,
      trial: digest(trialProgram(awkward, "espalier", entry)),
      ...machine(),
      library: nativeFiles(entry),
      settings: librarySettings(),
    };
  },
  async trial(kernels, env) {
    const shapes = kernels === "espalier" ? awkward : deadly;
    const told = await runProgram(trialProgram(shapes, kernels), env);
    return told === null ? null : trialOf(told, shapes);
  },
  get cache() {
    return cacheFolder();
  },
};

/** That oneDNN is off, why, and what it costs, as a remark; null where it is not. */
export function priceOf({ asIs, withoutOneDnn }: Verdict): string | null {
  if (asIs.fault === null) return null;
  const [fast, slow] = [asIs.milliseconds?.convolution, withoutOneDnn?.milliseconds?.convolution];
  const price =
    fast === undefined || slow === undefined
      ? ""
      : `: a convolution with its gradients takes ${(slow / fast).toPrecision(2)} times as long`;
  return `${asIs.fault} with oneDNN, TensorFlow's fast kernels; they are off${price}`;
}

const verdicts = new WeakMap<NativeHost, Promise<Verdict | null>>();

/**
 * The verdict on tfjs-node: of this process, else of the cache, else of new trials (`fresh`: of these alone). Null where nothing can be
 * tried. Throws when tfjs-node is not installed.
 */
export async function judge(host: NativeHost, { fresh = false } = {}): Promise<Verdict | null> {
  const ready = fresh ? undefined : verdicts.get(host);
  if (ready !== undefined) return ready;
  const verdict = cachedOrTried(host, JSON.stringify(host.conditions()), fresh);
  verdicts.set(host, verdict);
  return verdict;
}

async function cachedOrTried(host: NativeHost, conditions: string, fresh: boolean): Promise<Verdict | null> {
  const file = host.cache === null ? null : join(host.cache, `native-${digest(conditions)}.json`);
  const kept = file === null || fresh ? null : await readVerdict(file, conditions);
  if (kept !== null) return kept;
  const asIs = await host.trial("espalier", {});
  if (asIs === null) return null;
  const withoutOneDnn = asIs.fault === null ? null : await host.trial("espalier", WITHOUT_ONE_DNN);
  const verdict: Verdict = { asIs, withoutOneDnn };
  if (file !== null) await keep(file, JSON.stringify({ conditions, verdict }));
  return verdict;
}

/** Null for whatever is not a verdict under these conditions. */
async function readVerdict(file: string, conditions: string): Promise<Verdict | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, "utf8"));
    if (!isRecord(kept) || kept["conditions"] !== conditions || !isRecord(kept["verdict"])) return null;
    const { asIs, withoutOneDnn } = kept["verdict"];
    if (!isTrial(asIs) || !(withoutOneDnn === null || isTrial(withoutOneDnn))) return null;
    return { asIs, withoutOneDnn };
  } catch {
    return null;
  }
}

function isTrial(value: unknown): value is Trial {
  if (!isRecord(value)) return false;
  const { fault, milliseconds } = value;
  const timed = isRecord(milliseconds) && typeof milliseconds["convolution"] === "number";
  return (fault === null || typeof fault === "string") && (milliseconds === null || timed);
}
