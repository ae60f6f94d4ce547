import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import type { Code } from "../../../core/diagnostics/table.js";
import { backendNames, type BackendName } from "../../types.js";
import { raise } from "../../../core/diagnostics/create.js";
import { givenOf, type RunOptions } from "./options.js";
import { percent } from "../../report/numbers.js";
import type { ProgressEvent } from "../report/log.js";

/** What an emitted module exports. */
export type Loop = (options?: RunOptions) => Promise<unknown>;

const usage = `options:
  --network <path>           LayersModel to prune
  --data <path>              data to train on
  --out <dir>                where results and checkpoints go (default: out)
  --epochs <n>  --batch <n>  --seed <n>
  --backend <node|wasm|cpu>  --threads <n>
  --resume                   go on from the newest checkpoint in --out
  --restart                  begin anew over what an earlier run left in --out
  --no-masks                 let weights train that masks beside the network hold at zero
  --checkpoint-every <30s|200steps>
  --log <file>               write the run into a file as it goes, an object a line (JSONL)
  --tensorboard <folder>     write event files that TensorBoard shows`;

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
  const onProgress = (event: ProgressEvent): void => {
    const line = lineOf(event);
    if (line !== null) console.log(line);
  };
  try {
    await loop({ ...options, signal: abort.signal, onProgress });
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
  const told = (wanted: Code): boolean => cause.diagnostics.some(({ code }) => code === wanted);
  process.exitCode = told("P7010") ? 2 : told("P7015") ? 0 : 1;
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
        restart: flag,
        "no-masks": flag,
        "checkpoint-every": text,
        log: text,
        tensorboard: text,
        help: flag,
      },
    });
    if (values.help) return null;
    const number = (name: "epochs" | "batch" | "seed" | "threads"): number | undefined => {
      const value = values[name];
      if (value === undefined) return undefined;
      const read = value.trim() === "" ? NaN : Number(value);
      if (!Number.isFinite(read)) raise("P7010", `\`--${name} ${value}\` is no number`, { help: usage });
      return read;
    };
    return givenOf({
      network: values.network,
      data: values.data,
      backend: values.backend === undefined ? undefined : backendNamed(values.backend),
      checkpointEvery: values["checkpoint-every"],
      epochs: number("epochs"),
      batch: number("batch"),
      seed: number("seed"),
      threads: number("threads"),
      out: values.out,
      resume: values.resume,
      restart: values.restart,
      masks: values["no-masks"] === true ? false : undefined,
      log: values.log,
      tensorboard: values.tensorboard,
    });
  } catch (cause) {
    if (cause instanceof DiagnosticError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const [first = message] = message.split("\n");
    raise("P7010", `${first[0]?.toLowerCase() ?? ""}${first.slice(1)}`, { help: usage });
  }
}

function backendNamed(name: string): BackendName | "auto" {
  const found = backendNames.find((one) => one === name);
  if (found !== undefined || name === "auto") return found ?? "auto";
  raise("P7010", `there is no backend \`${name}\``, { help: `known are ${backendNames.join(", ")}` });
}

/** Progress as plain lines, one for each epoch and event. */
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
  const written = (name: string, value: number | null, write: (value: number) => string) =>
    value === null ? [] : [`${name} ${write(value)}`];
  const plain = (value: number): string => value.toFixed(4);
  const share = (value: number): string => percent(value, 2);
  return [
    ...written("loss", event.loss, plain),
    ...written("accuracy", event.accuracy, share),
    ...written("test loss", event.testLoss, plain),
    ...written("test accuracy", event.testAccuracy, share),
    ...written("test top-5 accuracy", event.testTop5Accuracy ?? null, share),
    ...Object.entries(event.testMetrics ?? {}).flatMap(([name, value]) =>
      written(`test ${name}`, value, plain),
    ),
  ].join("  ");
}
