import type { BackendOptions } from "../../backend/types.js";
import { raise } from "../../../core/diagnostics/create.js";
import { show } from "../../../core/diagnostics/quote.js";
import type { Callbacks } from "../../watch/types.js";
import { callbacksOption } from "../../watch/watch.js";
import {
  ownFunctions,
  type GivenImport,
  type GivenJavaScript,
  type OwnOfProgram,
} from "../../own/functions.js";
import type { OnProgress } from "../report/log.js";
import type { Host } from "./host.js";
import type { StorageGiven } from "../../browser/storage.js";

/** What `openRun` takes: the settings of an emitted module, overridden by those of its host. */
export interface RunOptions extends BackendOptions, GivenJavaScript {
  /** Path of a model.json, its folder or a module; or a tf.LayersModel. In a page: an address, a model, or what `tf.io` handlers load. */
  readonly network?: unknown;
  /** Path or name of data; or an object: see `DataGiven`. A program that neither trains nor measures needs none. */
  readonly data?: unknown;
  /** Share of the training examples to hold out for validation, between 0 and 1. Unset: what the data bring. */
  readonly validation?: number;
  /** Epochs of a program that trains implicitly. */
  readonly epochs?: number;
  /** Examples per step where a phase says nothing. Default 32. */
  readonly batch?: number;
  /** Default 1. */
  readonly seed?: number;
  readonly program?: string;
  /** Hash of the layers that `network` must have; unset: any. */
  readonly layers?: string;
  readonly source?: string;
  /** Moments that conditions of the program compare with; without held-out data they are measured only where it says so. */
  readonly compares?: readonly ("start" | "dense")[];
  readonly statements?: Readonly<Record<number, string>>;
  /** Directory for results and checkpoints, in a page the name of a place in its storage; unset: nothing is written and nothing can be resumed. */
  readonly out?: string | null;
  /** In a page: where it keeps checkpoints and what `save` writes. Default: "opfs" where there is one, else "indexeddb". */
  readonly storage?: StorageGiven;
  /** Go on from the newest checkpoint in `out`; starts anew when there is none. A complete run there stays as it is: P7015. */
  readonly resume?: boolean;
  /** Begin anew over what an earlier run left in `out`. Without it or `resume` that is P7014. */
  readonly restart?: boolean;
  /** Whether masks that lie beside the network hold on: what they hold stays zero. Default true. */
  readonly masks?: boolean;
  /** "30s" (seconds) or "200steps". Default "60s". */
  readonly checkpointEvery?: string;
  /** Whether to time the network before and after for the report. Default true when `out` is set. */
  readonly latency?: boolean;
  /** Times of layers that `latency` in the program goes by: a table, or a report that holds one. Default: measured where they are not known. */
  readonly latencyTable?: unknown;
  /** Examples of the predictions whose time `latency` is. Default 1, or as many as `latencyTable` is of. */
  readonly latencyBatch?: number;
  /** Whether the program asks for times of layers: they are measured before anything trains. */
  readonly timesLayers?: boolean;
  /** Called with everything that is told while it runs: steps, epochs, events, notes. Not waited for. */
  readonly onProgress?: OnProgress;
  /** Called and waited for at steps, epochs, and what statements do, with the network as it stands there; several: in their order. */
  readonly callbacks?: Callbacks | readonly Callbacks[];
  /** A file to log the run in as it goes, an object a line (JSONL). */
  readonly log?: string;
  /** A folder for event files that TensorBoard shows: losses, sizes, histograms of weights and masks. */
  readonly tensorboard?: string;
  /** What the program takes from JavaScript; a loop imports it, or its host gives it. */
  readonly imports?: readonly GivenImport[];
  /** For the report: the program as written, its parameters, and the command line. */
  readonly about?: About;
  /** Where to leave the run, with a checkpoint and P7009, for other programs that begin alike. */
  readonly leaveAt?: Place;
  /** What may stand for `program` in the checkpoint to go on from: the beginning that this program has in common with others. */
  readonly beginning?: string;
  /** Aborting it ends the run at the next moment it can be resumed from. */
  readonly signal?: AbortSignal;
}

/** A place in a run that it can be left at, and gone on from. */
export interface Place {
  /** Statements outside of phases that are done, those in loops once for each pass. */
  readonly statements: number;
  /** Updates done in the phase that comes next; 0: it has not begun. */
  readonly step: number;
}

export interface About {
  readonly text?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly command?: string;
}

/** Options of which none need to be there: those that are undefined or null count as not given. */
export type LooseOptions = { readonly [Name in keyof RunOptions]?: RunOptions[Name] | undefined | null };

export function givenOf(options: LooseOptions): RunOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given);
}

type Defaulted =
  | "compares"
  | "batch"
  | "seed"
  | "program"
  | "source"
  | "statements"
  | "resume"
  | "restart"
  | "masks"
  | "latency"
  | "onProgress";

/** Options as a run uses them: checked, defaults filled in. */
export interface Options extends Required<Pick<RunOptions, Defaulted>> {
  /** In a form that the host takes. */
  readonly network: unknown;
  /** Looked at once the network is known. */
  readonly data: unknown;
  readonly backend: BackendOptions;
  readonly validation: number | null;
  readonly epochs: number | null;
  readonly layers: string | null;
  readonly latencyTable: unknown;
  readonly latencyBatch: number | null;
  readonly timesLayers: boolean;
  readonly out: string | null;
  readonly every: { readonly unit: "seconds" | "steps"; readonly value: number };
  readonly signal: AbortSignal | null;
  readonly callbacks: readonly Callbacks[];
  readonly log: string | null;
  readonly tensorboard: string | null;
  readonly about: About;
  readonly leaveAt: Place | null;
  readonly beginning: string | null;
  /** What the program has in JavaScript. */
  readonly functions: readonly OwnOfProgram[];
}

export const defaultBatch = 32;

/** @throws DiagnosticError P7010 */
export function readOptions(given: RunOptions, host: Host): Options {
  const place = (option: "out" | "log" | "tensorboard"): string | null => {
    const path = given[option];
    return path === undefined || path === null ? null : host.placeOf(option, path);
  };
  const out = place("out");
  if (given.resume && given.restart)
    raise("P7010", "a run is resumed or begun anew, not both", {
      help: "leave `--resume` or `--restart` out",
    });
  if (given.resume && out === null)
    raise("P7010", "there is nothing to resume without an output directory", {
      help: "name the directory of the run by `--out`",
    });
  return {
    network: networkOption(given.network, host),
    data: given.data ?? null,
    validation: shareOption(given.validation),
    backend: { backend: given.backend, threads: given.threads },
    epochs: given.epochs === undefined ? null : positive(given.epochs, "epochs"),
    batch: whole(given.batch ?? defaultBatch, "batch", 1),
    seed: whole(given.seed ?? 1, "seed", -Infinity),
    program: given.program ?? "",
    layers: given.layers ?? null,
    source: given.source ?? "",
    compares: given.compares ?? [],
    statements: given.statements ?? {},
    out,
    resume: given.resume ?? false,
    restart: given.restart ?? false,
    masks: given.masks ?? true,
    every: checkpointInterval(given.checkpointEvery ?? "60s"),
    latency: given.latency ?? out !== null,
    latencyTable: given.latencyTable ?? null,
    latencyBatch: given.latencyBatch === undefined ? null : whole(given.latencyBatch, "latencyBatch", 1),
    timesLayers: given.timesLayers ?? false,
    onProgress: given.onProgress ?? (() => undefined),
    signal: given.signal ?? null,
    callbacks: callbacksOption(given.callbacks),
    log: place("log"),
    tensorboard: place("tensorboard"),
    about: given.about ?? {},
    leaveAt: given.leaveAt ?? null,
    beginning: given.beginning ?? null,
    functions: ownFunctions(given.imports ?? [], given),
  };
}

function networkOption(value: unknown, host: Host): unknown {
  if (host.isNetwork(value)) return value;
  raise("P7010", "no network is given", {
    help: 'name it in the program (`network "model.json"`) or by `--network`',
  });
}

function shareOption(value: number | undefined): number | null {
  if (value === undefined) return null;
  if (typeof value === "number" && value > 0 && value < 1) return value;
  raise("P7010", `\`validation\` is a number between 0 and 1, a share, not ${show(value)}`);
}

function positive(value: number, name: string): number {
  if (Number.isFinite(value) && value >= 0) return value;
  raise("P7010", `\`${name}\` must be a number of at least 0, not ${value}`);
}

/** @throws DiagnosticError P7010 */
export function whole(value: number, name: string, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  const from = Number.isFinite(least) ? ` of at least ${least}` : "";
  raise("P7010", `\`${name}\` must be a whole number${from}, not ${value}`);
}

function checkpointInterval(text: string): Options["every"] {
  const [, number = "", unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)\s*(s|steps?)$/.exec(text) ?? [];
  const value = Number(number);
  if (number !== "" && value > 0) return { unit: unit === "s" ? "seconds" : "steps", value };
  raise("P7010", `\`${text}\` is no interval between checkpoints`, {
    help: "write `60s` or `500steps`",
  });
}
