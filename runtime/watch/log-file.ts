import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quotePath } from "../../core/diagnostics/quote.js";
import { isObject } from "../../core/network/json.js";
import { makeFolder } from "../checkpoint/files.js";
import { reasonOf } from "../reason.js";
import type { WatchedNetwork, Watcher } from "./types.js";

/** What stands in the first line of a log. */
export interface LogHead {
  readonly source: string;
  /** Hash of the program. */
  readonly program: string;
  readonly network: string;
  readonly data: string | null;
  readonly seed: number;
  readonly backend: string;
}

/** Logs larger than this are not gone through on resuming: new lines follow. */
const MOST_BYTES = 2 ** 28;

/**
 * Writes a run into a file as it goes, an object a line (JSONL): `start`, `batch`, `epoch`, every event by its kind, `note`; each with its
 * time, the step and the epoch the run stands at, epochs and events with the sizes of the network; and `checkpoint`. A run that is resumed
 * at step `resumedAt` goes on behind the line of that checkpoint.
 * @throws DiagnosticError P7005 where the file cannot be written when the run begins
 */
export async function logFile(path: string, head: LogHead, resumedAt: number | null): Promise<Watcher> {
  await begin(path, resumedAt);
  const write = (kind: string, fields: object): void => {
    try {
      appendFileSync(path, `${JSON.stringify({ kind, time: new Date().toISOString(), ...fields })}\n`);
    } catch (cause) {
      unwritable(path, cause);
    }
  };
  const sizes = ({ step, epoch, params, macs, nonzeroParams, nonzeroMacs, sparsity }: WatchedNetwork) => ({
    step,
    epoch,
    sparsity,
    params,
    macs,
    nonzeroParams,
    nonzeroMacs,
  });
  write("start", { ...head, ...(resumedAt !== null && { step: resumedAt, resumed: true }) });
  return {
    onTrainBegin: ({ id, text, steps, epochs }, { step, epoch }) =>
      write("train", { step, epoch, id, text, steps, epochs }),
    onBatchEnd: (_, logs, { step, epoch }) => write("batch", { step, epoch, ...logs }),
    onEpochEnd: (_, logs, network) => write("epoch", { ...sizes(network), ...logs }),
    onEntry: ({ kind, id, text }, network) => write(kind, { ...sizes(network), id, text }),
    onNote: (text) => write("note", { text }),
    onCheckpoint: (step) => write("checkpoint", { step }),
  };
}

async function begin(path: string, resumedAt: number | null): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (resumedAt === null) writeFileSync(path, "");
    else if (size > 0 && size <= MOST_BYTES) writeFileSync(path, upTo(readFileSync(path, "utf8"), resumedAt));
  } catch (cause) {
    unwritable(path, cause);
  }
}

/** The lines up to a checkpoint: what a killed run wrote behind it will happen again. */
function upTo(text: string, step: number): string {
  const entries = text.split("\n").flatMap((line) => {
    const entry = parsed(line);
    return isObject(entry) ? [{ line, kind: entry["kind"], step: entry["step"] }] : [];
  });
  const last = entries.findLastIndex((entry) => entry.kind === "checkpoint" && entry.step === step);
  // Killed between the checkpoint and its line.
  const isBefore = (entry: (typeof entries)[number]): boolean =>
    !(typeof entry.step === "number" && entry.step > step);
  const kept = last < 0 ? entries.filter(isBefore) : entries.slice(0, last + 1);
  return kept.map(({ line }) => `${line}\n`).join("");
}

/** Null for a line that was cut short. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function unwritable(path: string, cause: unknown): never {
  return raise("P7005", `the log ${quotePath(path)} cannot be written: ${reasonOf(cause)}`, {
    help: "make room or name another file; a run that has begun goes on by `--resume`",
  });
}
