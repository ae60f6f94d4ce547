import { raise } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { isObject } from "../../core/network/json.js";
import type { ModelArtifacts } from "../model/to-layers-model.js";
import { reasonOf } from "../reason.js";
import type { Report } from "../report/types.js";
import type { ImportedLoop } from "../run/host/imported.js";
import type { RunOptions } from "../run/host/options.js";
import type { OnProgress, ProgressEvent } from "../run/report/log.js";
import type { RunResult } from "../run/report/results.js";

/** A run in a worker: the page stays awake, hears of its progress and may end it. */

/** What a run in a worker leaves, as a page gets it. */
export interface WorkerResult extends Pick<RunResult, "metrics"> {
  /** For `tf.loadLayersModel(tf.io.fromMemory(artifacts))`, a handler of `tf.io`, or as `network` of another run. */
  readonly artifacts: ModelArtifacts;
  readonly report: Report;
}

/** What a page gives that cannot be posted. */
export interface Listening {
  readonly onProgress?: OnProgress | undefined;
  /** Aborting it ends the run at the next moment it can be resumed from. */
  readonly signal?: AbortSignal | undefined;
}

/** Where words go to and come from: a worker as a page has it, and the other way round. */
interface Port {
  postMessage(word: unknown, transfer?: Transferable[]): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

/** What a page says; runs are told apart by their numbers. */
type Order =
  | { readonly espalier: "run"; readonly run: number; readonly options: RunOptions }
  | { readonly espalier: "abort"; readonly run: number };
/** What a worker says. */
type Word =
  | { readonly espalier: "progress"; readonly run: number; readonly event: ProgressEvent }
  | { readonly espalier: "done"; readonly run: number; readonly result: WorkerResult }
  | { readonly espalier: "failed"; readonly run: number; readonly diagnostics: readonly Diagnostic[] };

let runs = 0;

/**
 * Runs in a worker, which serves a loop by `serveRuns`, with options that can be posted: network as an address or artifacts, data as
 * arrays.
 * @throws DiagnosticError as the loop does; P7010 for options that cannot be posted, P7022 where the worker fails
 */
export function runInWorker(
  worker: Port,
  options: RunOptions = {},
  { onProgress, signal }: Listening = {},
): Promise<WorkerResult> {
  const run = ++runs;
  return new Promise<WorkerResult>((resolve, reject) => {
    const said = (event: Event): void => {
      const word = wordOf<Word>(event, run);
      if (word?.espalier === "progress") onProgress?.(word.event);
      if (word?.espalier === "done") end(() => resolve(word.result));
      if (word?.espalier === "failed") end(() => reject(new DiagnosticError(word.diagnostics)));
    };
    const broke = (event: Event): void => {
      const message = "message" in event && typeof event.message === "string" ? event.message : "";
      end(() => reject(failure(message === "" ? "its script cannot be loaded" : reasonOf(message))));
    };
    const abort = (): void => worker.postMessage({ espalier: "abort", run } satisfies Order);
    const end = (settle: () => void): void => {
      worker.removeEventListener("message", said);
      worker.removeEventListener("error", broke);
      signal?.removeEventListener("abort", abort);
      settle();
    };
    worker.addEventListener("message", said);
    worker.addEventListener("error", broke);
    signal?.addEventListener("abort", abort);
    try {
      worker.postMessage({ espalier: "run", run, options: fromHere(options) } satisfies Order);
      if (signal?.aborted) abort();
    } catch (cause) {
      end(() => reject(unposted(cause)));
    }
  });
}

/** An address that is relative is so to the page, not to the worker's script. */
function fromHere(options: RunOptions): RunOptions {
  const { network } = options;
  if (typeof network !== "string" && !(network instanceof URL)) return options;
  const base: string | undefined = globalThis.location?.href;
  return { ...options, network: URL.canParse(network, base) ? new URL(network, base).href : network };
}

function failure(why: string): DiagnosticError {
  return caught(() => raise("P7022", `the worker fails: ${why}`));
}

const unposted = (cause: unknown): DiagnosticError =>
  caught(() =>
    raise("P7010", `the options cannot be posted to a worker: ${reasonOf(cause)}`, {
      help: "give functions, models and datasets where the loop is served: `serveRuns(train, { data })`",
    }),
  );

function caught(work: () => never): DiagnosticError {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof DiagnosticError) return cause;
    throw cause;
  }
}

/** Serves a loop in a worker: what the page asks for runs, with `fixed` options that it does not post. Gives how to end that. */
export function serveRuns(
  loop: ImportedLoop,
  fixed: RunOptions = {},
  port: Port = globalThis as unknown as Port,
): () => void {
  const running = new Map<number, AbortController>();
  const heard = (event: Event): void => {
    const order = wordOf<Order>(event);
    if (order?.espalier === "abort") running.get(order.run)?.abort();
    if (order?.espalier !== "run") return;
    const { run, options } = order;
    const controller = new AbortController();
    running.set(run, controller);
    const onProgress = (progress: ProgressEvent): void => {
      fixed.onProgress?.(progress);
      port.postMessage({ espalier: "progress", run, event: progress } satisfies Word);
    };
    void answer(loop, { ...fixed, ...options, onProgress, signal: controller.signal })
      .then(
        (result) =>
          port.postMessage({ espalier: "done", run, result } satisfies Word, [result.artifacts.weightData]),
        (cause: unknown) =>
          port.postMessage({ espalier: "failed", run, diagnostics: diagnosticsOf(cause) } satisfies Word),
      )
      .finally(() => running.delete(run));
  };
  port.addEventListener("message", heard);
  return () => port.removeEventListener("message", heard);
}

async function answer(loop: ImportedLoop, options: RunOptions): Promise<WorkerResult> {
  const { artifacts, report, metrics } = await loop(options);
  return { artifacts: artifacts(), report, metrics };
}

/** What is no diagnostic is a mistake in code of the user, such as a callback. */
const diagnosticsOf = (cause: unknown): readonly Diagnostic[] =>
  cause instanceof DiagnosticError ? cause.diagnostics : failure(reasonOf(cause)).diagnostics;

/** A message of ours, of this run where one is named; others that the page and its worker exchange are nothing to us. */
function wordOf<T extends Order | Word>(event: Event, run?: number): T | null {
  const data: unknown = "data" in event ? event.data : null;
  const ours = isObject(data) && typeof data["espalier"] === "string" && typeof data["run"] === "number";
  return ours && (run === undefined || data["run"] === run) ? (data as unknown as T) : null;
}
