import { parse } from "../../grammar/index.js";
import type { Program } from "../../grammar/ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { IrSpans } from "../../core/ir/spans.js";
import { irVersion, type Ir } from "../../core/ir/types.js";
import { awaitRestores } from "./await-restores.js";
import { bindFiles } from "./bind-files.js";
import { bindParameters } from "./bind-parameters.js";
import { checkBlocks } from "./check-blocks.js";
import { checkCompensations } from "./check-compensations.js";
import { checkDeclarations } from "./check-declarations.js";
import { checkHardenings } from "./check-hardenings.js";
import { checkLastRates } from "./check-last-rates.js";
import { checkManners } from "./check-manners.js";
import { checkPhases } from "./check-phases.js";
import { checkRecalibrations } from "./check-recalibrations.js";
import { checkSearches } from "./check-searches.js";
import { checkShuffles } from "./check-shuffles.js";
import { checkCounters } from "./check-counters.js";
import { expandMethods } from "./expand-methods.js";
import { keepTaps } from "./keep-taps.js";
import { lowerStatements } from "./lower-statements.js";
import { newModule, scopeOf } from "./module.js";
import { placeTraining } from "./place-training.js";
import { withIds } from "./javascript.js";
import { resolveImports } from "./resolve-imports.js";
import { resolveRewinds } from "./resolve-rewinds.js";
import { selectLayers } from "./select-layers.js";
import { standardLibrary } from "./standard.js";
import type { FrontOptions, FrontState, Pass } from "./state.js";

export type { FrontOptions, ResolvedText } from "./state.js";

/** Everything between the syntax tree and the IR, in order. A stage runs only when no mistake was found before it. */
const stages: readonly (readonly Pass[])[] = [
  [
    bindFiles,
    resolveImports,
    bindParameters,
    checkDeclarations,
    expandMethods,
    checkBlocks,
    placeTraining,
    lowerStatements,
    checkCounters,
  ],
  [
    resolveRewinds,
    checkLastRates,
    checkPhases,
    checkShuffles,
    checkRecalibrations,
    checkSearches,
    selectLayers,
    checkCompensations,
    checkManners,
    checkHardenings,
    awaitRestores,
    keepTaps,
  ],
];

export interface FrontResult {
  readonly program: Program;
  /** Null when there is an error. */
  readonly ir: Ir | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly spans: IrSpans;
}

const failed = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === "error");

/** Text to IR: parses, then every pass in order. Never throws for a user's mistake. */
export function front(text: string, options: FrontOptions = {}): FrontResult {
  const { file } = options;
  const { program, diagnostics: mistakes } = parse(text, file);
  if (failed(mistakes)) return { program, ir: null, diagnostics: mistakes, spans: new Map() };
  const diagnostics: Diagnostic[] = [];
  let state: FrontState = {
    options,
    diagnostics,
    report: (diagnostic) => diagnostics.push(diagnostic),
    program,
    scope: scopeOf(newModule({ file, text, program, standard: standardLibrary() })),
    timeline: [],
    network: null,
    data: null,
    validation: null,
    imports: [],
    body: [],
    spans: new Map(),
  };
  for (const stage of stages) {
    if (failed(diagnostics)) break;
    for (const pass of stage) state = pass(state);
  }
  const { network, data, validation, body } = state;
  const { imports, spans } = withIds(state);
  const source = baseName(file ?? "program.prune");
  const ir: Ir = {
    ir: irVersion,
    source,
    network,
    data,
    ...(validation !== null && { validation }),
    ...(imports.length > 0 && { imports }),
    body,
    plan: null,
  };
  const told = [...mistakes, ...distinct(diagnostics)];
  return { program, ir: failed(diagnostics) ? null : ir, diagnostics: told, spans };
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** A mistake in a method is met once per call and told once. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const one of diagnostics) {
    const key = `${one.code} ${one.file ?? ""} ${one.span?.start ?? ""} ${one.span?.end ?? ""} ${one.message}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}
