import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { alignmentOf, knownAlignment } from "../../backend/alignment.js";
import { openBackend } from "../../backend/index.js";
import { takeLock } from "../../checkpoint/lock.js";
import { masksBeside, readMasks } from "../../checkpoint/masks.js";
import { digest, openStore } from "../../checkpoint/store.js";
import { openData } from "../../data/open.js";
import { isLiveModel } from "../../model/live.js";
import { latencyTableOf } from "../../latency/kept.js";
import { loadModel } from "../../model/load.js";
import { logFile } from "../../watch/log-file.js";
import { tensorBoard } from "../../watch/tensorboard.js";
import { checkpointFolder, writeResults } from "../report/write-results.js";
import { checkFolder } from "./folder.js";
import type { Host } from "./host.js";
import type { Options } from "./options.js";

/** A process of Node: networks, data and results are files. */
export const nodeHost: Host = {
  openBackend,
  alignmentOf,
  knownAlignment: ({ name, threads }) =>
    knownAlignment({ backend: name, threads: Number.isNaN(threads) ? 1 : threads }),

  latencyTable: latencyTableOf,

  isNetwork: (given) => typeof given === "string" || isLiveModel(given),
  loadModel,
  openData,
  masksBeside,
  savedMasks: (options, path) => readMasks(ticketAt(options, path)),
  savedModel: (options, path) => loadModel(ticketAt(options, path), { seed: options.seed }),

  placeOf: (_, given) => resolve(given),
  async openOutput(options) {
    const { out } = options;
    if (out === null) return null;
    const lock = await takeLock(out, { again: true });
    try {
      await checkFolder(options);
      return { lock, store: openStore(join(out, checkpointFolder)) };
    } catch (cause) {
      lock.release();
      throw cause;
    }
  },
  async watchers({ options, clock, loaded, data, backend }, resumed) {
    const { log, tensorboard, source, program, seed } = options;
    const resumedAt = resumed ? clock.step : null;
    const [network, name] = [loaded.name, data?.describe().name ?? null];
    const head = { source, program, network, data: name, seed, backend: backend.name };
    return [
      ...(log === null ? [] : [await logFile(log, head, resumedAt)]),
      ...(tensorboard === null ? [] : [await tensorBoard(tensorboard, { resumedAt, tests: !!data?.test })]),
    ];
  },
  writeResults,
  howToResume: "run the same command with `--resume` to go on from here",

  machine: () => ({
    cpu: cpus()[0]?.model ?? "",
    cores: cpus().length,
    node: process.versions.node,
  }),
  digest,
  turn: () => setImmediate(),
};

/** What the run itself saved under this name, else what lies there for the working directory. */
function ticketAt({ out }: Pick<Options, "out">, path: string): string {
  const own = out === null || isAbsolute(path) ? null : join(out, path);
  return own !== null && existsSync(own) ? own : resolve(path);
}
