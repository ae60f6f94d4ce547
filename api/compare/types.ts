import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { CompileResult } from "../../compiler/compile.js";
import type { Chain } from "../../compiler/plan/chain.js";
import type { BackendOptions } from "../../runtime/backend/types.js";
import type { Place } from "../../runtime/run/host/options.js";

/** One of the programs that are compared. */
export interface ComparedProgram {
  /** Told apart by it: a method, or a file without its ending. */
  readonly name: string;
  /** What it is called in messages; imports are looked for beside it. */
  readonly file: string;
  readonly text: string;
  /** `param`s that stay the same. */
  readonly set: Readonly<Record<string, string>>;
  /** The `param` that is varied and its values; null of a program that runs once. */
  readonly amounts: { readonly param: string; readonly values: readonly string[] } | null;
  /** What it is compared with, rather than one of those asked for. */
  readonly control?: true;
}

/** What all runs of a comparison have in common. */
export interface CompareOptions extends BackendOptions {
  readonly programs: readonly ComparedProgram[];
  readonly seeds: readonly number[];
  /** Whether to compare with `dense`, `random` and `magnitude` besides. */
  readonly controls: boolean;
  /** Values of the controls. */
  readonly amounts: readonly string[];
  readonly out: string;
  readonly network?: string | undefined;
  readonly data?: string | undefined;
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly masks?: boolean | undefined;
  readonly checkpointEvery?: string | undefined;
  readonly allowJs?: boolean | undefined;
  /** Processes at a time. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A program at one amount, compiled. */
export interface Variant {
  readonly program: ComparedProgram;
  /** Null of a program that has none. */
  readonly amount: string | null;
  readonly set: Readonly<Record<string, string>>;
  readonly compiled: CompileResult;
  /** What it runs on: as given, or as the program names it. */
  readonly bound: { readonly network: string; readonly data: string };
  /** Of what it is bound to: only those that have it in common may share a beginning. */
  readonly shares: string;
  /** Of all that its results hang on but for the seed. */
  readonly key: string;
  readonly chain: Chain;
}

/** A program, or an amount of it, that does not run at all: its mistakes. */
export interface Refused {
  readonly name: string;
  readonly amount: string | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly compiled: CompileResult | null;
}

/** A beginning that runs have in common: trained once. */
export interface Stretch {
  /** Names it and its folder. */
  readonly hash: string;
  readonly seed: number;
  readonly place: Place;
  /** Any of the runs that go on from its end. */
  readonly of: Variant;
  readonly parent: Stretch | null;
  /** Updates from the start to its end; null where only a run can tell. */
  readonly trained: number | null;
}

export interface PlannedRun {
  readonly variant: Variant;
  readonly seed: number;
  /** Relative to the folder of the comparison. */
  readonly folder: string;
  /** The longest beginning that it has in common with others. */
  readonly parent: Stretch | null;
}

export interface ComparePlan {
  readonly runs: readonly PlannedRun[];
  readonly stretches: readonly Stretch[];
  readonly refused: readonly Refused[];
  /** Warnings of those asked for, once each. */
  readonly warnings: readonly { readonly diagnostic: Diagnostic; readonly compiled: CompileResult }[];
}
