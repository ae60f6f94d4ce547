import type { Program } from "../grammar/ast.js";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { IrSpans } from "../core/ir/spans.js";
import type { Ir, PlanIr } from "../core/ir/types.js";
import type { ParameterStore } from "../core/parameters.js";
import type { HeldMasks } from "../core/masks/state.js";
import { latencyModel } from "../core/latency/model.js";
import type { LatencyTable } from "../core/latency/table.js";
import type { Network } from "../core/network/types.js";
import type { Alignment } from "../core/schedule/alignment.js";
import { stdlibTexts } from "../stdlib/index.js";
import { emitProgram } from "./emit/index.js";
import type { Form } from "./emit/javascript.js";
import type { SourceMap } from "./emit/writer.js";
import { front, type FrontOptions } from "./passes/index.js";
import type { Simulation } from "./plan/dry-run.js";
import { planProgram } from "./plan/index.js";
import type { TrainingLength } from "./plan/timeline.js";

export type { TrainingLength };
import { unreachedMoments } from "./plan/unreached-moments.js";

export interface CompileOptions extends FrontOptions {
  /** Compiled for this network: patterns, counts and costs are checked and appear in the loop. */
  readonly network?: Network | undefined;
  /** The network's weights, by key: rankings by weights that have not trained yet are foreseen with them. */
  readonly weights?: ParameterStore | undefined;
  /** What masks beside the network hold at zero from the start. */
  readonly masks?: HeldMasks | null | undefined;
  /** What the backend it will run on computes fastest: what `aligned to auto` means. Unset: not known. */
  readonly alignment?: Alignment | null | undefined;
  /** Times of the layers of `network`: what `latency` goes by. Unset: not known. */
  readonly latencyTable?: LatencyTable | null | undefined;
  /** With it the steps of an epoch, and so every moment, become known. */
  readonly data?: TrainingLength | undefined;
  /** Examples per step where the program says nothing. Default 32. */
  readonly batch?: number | undefined;
  /** Seed that the emitted loop runs with unless told otherwise. Default 1. */
  readonly seed?: number | undefined;
  /** False leaves the loop out: a check needs none. Default true. */
  readonly emit?: boolean | undefined;
  /** Module that the emitted loop imports. Default "espalier/runtime". */
  readonly runtimeSpecifier?: string | undefined;
  /** What the loop is: "program" (default), "imported" by a bundler, or the body of a "function" of the runtime. */
  readonly form?: Form | undefined;
  /** Where the loop imports a JavaScript file of the program from; null: what is in it comes with the options of the run. Default: as written. */
  readonly javascriptFrom?: ((from: string) => string | null) | undefined;
  /** Whether the loop is TypeScript. Default false. */
  readonly typescript?: boolean | undefined;
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly program: Program;
  /** Null when there is an error, and so are those below. */
  readonly ir: Ir | null;
  /** Null without a network, and where `aligned to auto` or the latency that a prune limits is not known. */
  readonly plan: PlanIr | null;
  readonly simulation: Simulation | null;
  /** The loop as an ES module, and its version 3 source map. */
  readonly code: string | null;
  readonly map: SourceMap | null;
  readonly spans: IrSpans;
  /** Every text read, by file name; `diagnostics` and `spans` without a file mean `main`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly main: string;
  /** The files that were read: the main one and all that were imported. */
  readonly files: readonly string[];
  /** Networks that phases learn from, as given. */
  readonly teachers: ReadonlyMap<string, Network>;
  /** Times of layers that `latency` goes by, as given. */
  readonly latencyTable: LatencyTable | null;
  /** Milliseconds of each stage. */
  readonly timings: Readonly<Record<string, number>>;
}

/** Text in; IR, plan, loop and source map out. Never throws for a mistake in the program. */
export function compile(source: string, options: CompileOptions = {}): CompileResult {
  const timings: Record<string, number> = {};
  const timed = <T>(stage: string, work: () => T): T => {
    const start = performance.now();
    const made = work();
    timings[stage] = performance.now() - start;
    return made;
  };
  const { network, weights, masks, data, batch, alignment, latencyTable = null } = options;
  const main = options.file ?? "program.prune";
  const texts = new Map([...stdlibTexts].map(([name, text]) => [`std/${name}`, text]));
  texts.set(main, source);
  const imports: Record<string, Record<string, string>> = {};
  const resolve = noting(texts, imports, options.resolve);
  const read = timed("front", () => front(source, { ...options, resolve }));
  const files = [...new Set([main, ...Object.values(imports).flatMap((one) => Object.values(one))])];
  const { teachers = new Map() } = options;
  const { program, spans: places } = read;
  const base = { program, spans: places, texts, main, files, teachers, latencyTable, timings };
  const none = { ir: null, plan: null, simulation: null, code: null, map: null };
  if (read.ir === null) return { ...base, ...none, diagnostics: read.diagnostics };

  const { ir, spans } = read;
  const planned = timed("plan", () =>
    planProgram(ir, {
      network,
      weights,
      masks: masks ?? undefined,
      alignment: alignment ?? null,
      times: network === undefined || latencyTable === null ? null : latencyModel(network, latencyTable),
      data: { length: data, batch: batch ?? 32 },
      spans,
    }),
  );
  const { plan, simulation } = planned;
  const unreached = unreachedMoments(ir, simulation, spans);
  const diagnostics = [...read.diagnostics, ...planned.diagnostics, ...unreached];
  const result = { ...base, ...none, ir: { ...ir, plan }, plan, simulation, diagnostics };
  if (options.emit === false || diagnostics.some((one) => one.severity === "error")) return result;
  const parameters = read.program.statements.some(({ kind }) => kind === "param");
  const sources = { texts, main, files, imports, parameters };
  return { ...result, ...timed("emit", () => emitProgram(result.ir, spans, sources, options)) };
}

/** Finds imported files as a host does, and takes down their texts and what named them. */
const noting =
  (
    texts: Map<string, string>,
    imports: Record<string, Record<string, string>>,
    resolve: FrontOptions["resolve"],
  ): FrontOptions["resolve"] =>
  (specifier, from) => {
    const found = resolve?.(specifier, from) ?? null;
    if (found === null) return null;
    texts.set(found.file, found.text);
    imports[from ?? ""] = { ...imports[from ?? ""], [specifier]: found.file };
    return found;
  };
