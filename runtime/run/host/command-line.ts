import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import type { BackendName } from "../../types.js";
import { raise } from "../../../core/diagnostics/create.js";
import type { RunOptions } from "./options.js";
import type { OnProgress, ProgressEvent } from "../report/log.js";

/** What an emitted module exports. */
export type Loop = (options?: RunOptions) => Promise<unknown>;

const usage = `options:
  --network <path>           LayersModel to prune
  --data <path>              data to train on
  --out <dir>                where results and checkpoints go (default: out)
  --epochs <n>  --batch <n>  --seed <n>
  --backend <node|wasm|cpu>  --threads <n>
  --resume                   go on from the newest checkpoint in --out
  --checkpoint-every <30s|200steps>`;

/** Where the statements of a loop stand, by id: `file:line:column`. */
type Places = Readonly<Record<number, string>>;

/**
 * Runs the loop of an emitted module when the module is the program, and does nothing when it is imported. Mistakes become
 * lines on stderr and exit code 1, a wrong command line 2. A statement that fails is told by its place.
 */
export async function runFromCommandLine(loop: Loop, url: string, places: Places = {}): Promise<void> {
  if (!isProgram(url)) return;
  let options: RunOptions | null;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (cause) {
    tell(cause, places);
    return;
  }
  if (options === null) {
    console.log(usage);
    return;
  }
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    await loop({ ...options, signal: abort.signal, onProgress: plainLines((line) => console.log(line)) });
  } catch (cause) {
    tell(cause, places);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** Tells what ended the run, at the statement it ended at. @throws what is no diagnostic: a bug of ours */
function tell(cause: unknown, places: Places): void {
  if (!(cause instanceof DiagnosticError)) throw cause;
  for (const { severity, code, message, statement, notes, help } of cause.diagnostics) {
    const place = statement === undefined ? undefined : places[statement];
    console.error(`${severity}[${code}]: ${message}`);
    if (place !== undefined) console.error(`  at ${place}`);
    for (const note of notes ?? []) console.error(`  = note: ${note}`);
    if (help !== undefined) console.error(`  = help: ${help}`);
  }
  process.exitCode = cause.diagnostics.some(({ code }) => code === "P7010") ? 2 : 1;
}

function isProgram(url: string): boolean {
  const program = process.argv[1];
  try {
    return program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(url));
  } catch {
    return false;
  }
}

function readArguments(args: readonly string[]): RunOptions | null {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        network: text,
        data: text,
        out: { ...text, default: "out" },
        epochs: text,
        batch: text,
        seed: text,
        backend: text,
        threads: text,
        resume: flag,
        "checkpoint-every": text,
        help: flag,
      },
    });
    if (values.help) return null;
    const number = (name: "epochs" | "batch" | "seed" | "threads"): Partial<RunOptions> => {
      const value = values[name];
      if (value === undefined) return {};
      const read = value.trim() === "" ? NaN : Number(value);
      if (!Number.isFinite(read)) raise("P7010", `\`--${name} ${value}\` is no number`, { help: usage });
      return { [name]: read };
    };
    return {
      ...(values.network === undefined ? {} : { network: values.network }),
      ...(values.data === undefined ? {} : { data: values.data }),
      ...(values.backend === undefined ? {} : { backend: backendNamed(values.backend) }),
      ...(values["checkpoint-every"] === undefined ? {} : { checkpointEvery: values["checkpoint-every"] }),
      ...number("epochs"),
      ...number("batch"),
      ...number("seed"),
      ...number("threads"),
      out: values.out,
      resume: values.resume ?? false,
    };
  } catch (cause) {
    if (cause instanceof DiagnosticError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const [first = message] = message.split("\n");
    raise("P7010", `${first[0]?.toLowerCase() ?? ""}${first.slice(1)}`, { help: usage });
  }
}

const backends: readonly BackendName[] = ["node", "wasm", "cpu", "webgl", "webgpu"];

function backendNamed(name: string): BackendName | "auto" {
  const found = backends.find((one) => one === name);
  if (found !== undefined || name === "auto") return found ?? "auto";
  raise("P7010", `there is no backend \`${name}\``, { help: `known are ${backends.join(", ")}` });
}

/** Progress as plain lines, one for each epoch and event: for emitted modules that run on their own. */
function plainLines(write: (line: string) => void): OnProgress {
  return (event) => {
    const line = lineOf(event);
    if (line !== null) write(line);
  };
}

function lineOf(event: ProgressEvent): string | null {
  switch (event.kind) {
    case "phase":
      return event.text;
    case "epoch":
      return `  epoch ${event.epoch} of ${Math.ceil(event.epochs)}  ${numbers(event)}  ${event.seconds.toFixed(1)} s`;
    case "event":
      return `  ${event.event}: ${event.text}`;
    case "resumed":
      return `resumed at step ${event.step}`;
    case "note":
      return `  note: ${event.text}`;
    case "done":
      return event.out === null ? "done" : `written to ${event.out}`;
    default:
      return null;
  }
}

function numbers(event: Extract<ProgressEvent, { kind: "epoch" }>): string {
  const parts: string[] = [];
  const add = (name: string, value: number | null, written: (value: number) => string): void => {
    if (value !== null) parts.push(`${name} ${written(value)}`);
  };
  const plain = (value: number): string => value.toFixed(4);
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  add("loss", event.loss, plain);
  add("accuracy", event.accuracy, percent);
  add("test loss", event.testLoss, plain);
  add("test accuracy", event.testAccuracy, percent);
  return parts.join("  ");
}
