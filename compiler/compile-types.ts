import type { Program } from "../grammar/ast.js";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { SourceMap } from "./emit/writer.js";
import type { IrSpans } from "../core/ir/spans.js";
import type { Ir, PlanIr } from "../core/ir/types.js";
import type { ParameterStore } from "../core/parameters.js";
import type { Network } from "../core/network/types.js";
import type { FrontOptions } from "./passes/index.js";
import type { Simulation } from "./plan/dry-run.js";
import type { Timings } from "./stopwatch.js";

export interface CompileOptions extends FrontOptions {
  /** Compiled for this network: patterns, counts and costs are checked and appear in the loop. */
  readonly network?: Network | undefined;
  /** The network's weights, by key: rankings by weights that have not trained yet are foreseen with them. */
  readonly weights?: ParameterStore | undefined;
  /** Training examples: steps of an epoch, and with them every moment, become known. */
  readonly data?: { readonly examples: number } | undefined;
  /** Examples per step where the program says nothing. Default 32. */
  readonly batch?: number | undefined;
  /** Seed that the emitted loop runs with unless told otherwise. Default 1. */
  readonly seed?: number | undefined;
  /** False leaves the loop out: a check needs none. Default true. */
  readonly emit?: boolean | undefined;
  /** Module that the emitted loop imports. Default "espalier/runtime". */
  readonly runtimeSpecifier?: string | undefined;
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly program: Program;
  /** Null when there is an error, and so are those below. */
  readonly ir: Ir | null;
  /** Null without a network. */
  readonly plan: PlanIr | null;
  readonly simulation: Simulation | null;
  /** The loop as an ES module, and its version 3 source map. */
  readonly code: string | null;
  readonly map: SourceMap | null;
  readonly spans: IrSpans;
  /** Every text read, by file name; `diagnostics` and `spans` without a file mean `main`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly main: string;
  /** Milliseconds of each stage. */
  readonly timings: Timings;
}
