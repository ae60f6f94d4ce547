/**
 * The runtime in browsers: `espalier/browser`, and `espalier/runtime` wherever a bundler builds for browsers, so that emitted loops
 * and imported programs run in pages and workers as they are. Of Node it needs nothing, and it holds no compiler.
 */
import { beginRun } from "../run/host/begin.js";
import type { RunOptions } from "../run/host/options.js";
import type { OpenRun } from "../run/host/run.js";
import { pageHost } from "./host.js";
import { savedArtifacts } from "./output.js";
import { openStorage } from "./storage.js";

export * from "../expressions.js";
export type * from "../helpers.js";
export { importedLoop, type ImportedLoop, type ImportedOptions } from "../run/host/imported.js";
export type { OpenRun } from "../run/host/run.js";
export type { RunOptions } from "../run/host/options.js";
export type { RunResult } from "../run/report/results.js";
export type { OnProgress, ProgressEvent } from "../run/report/log.js";
export type {
  DataFacts,
  DataSource,
  IndexedSplit,
  Split,
  StreamedSplit,
  TargetFacts,
} from "../data/types.js";
export {
  defineLoss,
  defineMetric,
  type LossFunction,
  type MetricFunction,
  type Tools,
} from "../own/define.js";
export type { Functions, GivenImport } from "../own/functions.js";
export type { Report } from "../report/types.js";
export type { Batch, Dense, Labels } from "../types.js";
export { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
export type { ModelArtifacts } from "../model/to-layers-model.js";
export { doctor, type PageReport } from "./doctor.js";
export type { PageStorage, StorageGiven } from "./storage.js";
export { runInWorker, serveRuns, type Listening, type WorkerResult } from "./worker.js";

/** `beginRun` in a page or a worker. */
export const openRun = (given: RunOptions): Promise<OpenRun> => beginRun(pageHost(given.storage), given);

/** A page has no command line that a loop could be the program of. */
export const runFromCommandLine = (): Promise<void> => Promise.resolve();

/**
 * The network that `save` left in the storage of the page: `"digits/early"` of a run with `out: "digits"`, as `network` of another run or
 * for a `tf.LayersModel`. @throws DiagnosticError P5101 where there is none, P7005 where the storage is refused
 */
export const savedNetwork = async (name: string, storage?: RunOptions["storage"]) =>
  savedArtifacts(await openStorage(storage), name);
