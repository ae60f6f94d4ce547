import { parse } from "../../grammar/index.js";
import type { Program } from "../../grammar/ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { IrSpans } from "../../core/ir/spans.js";
import { irVersion, type Ir } from "../../core/ir/types.js";
import type { Module } from "./module.js";
import { stages } from "./passes.js";
import { standardLibrary } from "./standard.js";
import type { FrontOptions, FrontState } from "./state.js";

export type { FrontOptions, ResolvedText } from "./state.js";

export interface Lowered {
  /** Null when there is an error. */
  readonly ir: Ir | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly spans: IrSpans;
}

export interface FrontResult extends Lowered {
  readonly program: Program;
}

/** Text to IR: parses, and lowers what parsed without an error. */
export function front(text: string, options: FrontOptions = {}): FrontResult {
  const { program, diagnostics } = parse(text, options.file);
  if (diagnostics.some((d) => d.severity === "error"))
    return { program, ir: null, diagnostics, spans: new Map() };
  const lowered = lower(program, text, options);
  return { program, ...lowered, diagnostics: [...diagnostics, ...lowered.diagnostics] };
}

/** Tree to IR: every pass in order. `text` is what the program was parsed from. Never throws for a user's mistake. */
export function lower(program: Program, text: string, options: FrontOptions = {}): Lowered {
  const diagnostics: Diagnostic[] = [];
  const module: Module = {
    file: options.file,
    text,
    program,
    declared: new Map(),
    standard: standardLibrary(),
    missing: new Set(),
    parameters: new Map(),
  };
  let state: FrontState = {
    text,
    options,
    diagnostics,
    report: (diagnostic) => diagnostics.push(diagnostic),
    program,
    module,
    timeline: [],
    network: null,
    data: null,
    body: [],
    spans: new Map(),
  };
  const failed = (): boolean => diagnostics.some((d) => d.severity === "error");
  for (const stage of stages) {
    if (failed()) break;
    for (const pass of stage) state = pass.run(state);
  }
  const { network, data, body, spans } = state;
  const source = baseName(options.file ?? "program.prune");
  const ir: Ir | null = failed() ? null : { ir: irVersion, source, network, data, body, plan: null };
  return { ir, diagnostics: distinct(diagnostics), spans };
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** A mistake in a method is met once per call and told once. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((d) => {
    const key = `${d.code} ${d.file ?? ""} ${d.span?.start ?? ""} ${d.span?.end ?? ""} ${d.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
