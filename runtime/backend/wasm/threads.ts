import { createRequire } from "node:module";
import type { cpus as cpusFunction } from "node:os";
import path from "node:path";
import type { Worker as WorkerClass } from "node:worker_threads";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { tf } from "../tf.js";

const require = createRequire(import.meta.url);

/** How many processors the package must believe in to start n threads: it takes half of them. */
const PRETENDED = 2;

/**
 * Starts the wasm backend on several threads in Node. The package ships the threaded build but turns it off there: its
 * workers start from a blob URL, which Node's do not take. While the backend starts, workers get the same program as
 * text and the path of the build, and the processors count double; both are as before afterwards.
 *
 * Only convolutions, pooling and products run on the threads. Each output value is still summed by one thread in one
 * order, so results do not depend on the number of threads.
 */
export async function startThreaded(threads: number): Promise<void> {
  const workers: unknown = require("node:worker_threads");
  const system: unknown = require("node:os");
  const folder = path.join(path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "..", "wasm-out");
  const glue: unknown = require(path.join(folder, "tfjs-backend-wasm-threaded-simd.worker.js"));
  if (!hasWorker(workers) || !hasCpus(system) || !hasProgram(glue)) {
    throw new Error("this version of tfjs-backend-wasm starts its threads in another way");
  }
  const { Worker } = workers;
  const { cpus } = system;
  const program = glue.wasmWorkerContents.replace(/\n/g, "\\n");
  const build = path.join(folder, "tfjs-backend-wasm-threaded-simd.js");
  const started: InstanceType<typeof Worker>[] = [];
  workers.Worker = class extends Worker {
    constructor(source: string | URL, options?: object) {
      const blob = typeof source === "string" && source.startsWith("blob:");
      super(blob ? program : source, blob ? { ...options, eval: true } : options);
      started.push(this);
    }
    /** The build holds the process open for as long as a thread waits for work, which is for ever. */
    override ref(): void {}
    override postMessage(message: unknown, transfer?: readonly never[]): void {
      const load =
        typeof message === "object" && message !== null && "cmd" in message && message.cmd === "load";
      super.postMessage(load ? { ...message, urlOrBlob: build } : message, transfer);
    }
  };
  const own = cpus();
  const one = own[0];
  const enough =
    one === undefined ? own : Array.from({ length: Math.max(own.length, threads) * PRETENDED }, () => one);
  system.cpus = () => enough;
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
  setThreadsCount(threads);
  try {
    if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend did not start");
  } finally {
    workers.Worker = Worker;
    for (const worker of started) worker.unref();
    system.cpus = cpus;
  }
}

interface WorkerModule {
  Worker: typeof WorkerClass;
}

function hasWorker(module: unknown): module is WorkerModule {
  return typeof module === "object" && module !== null && "Worker" in module;
}

function hasCpus(module: unknown): module is { cpus: typeof cpusFunction } {
  return typeof module === "object" && module !== null && "cpus" in module;
}

function hasProgram(module: unknown): module is { readonly wasmWorkerContents: string } {
  return (
    typeof module === "object" &&
    module !== null &&
    "wasmWorkerContents" in module &&
    typeof module.wasmWorkerContents === "string"
  );
}
