/**
 * The compiler alone, for hosts without a file system: nothing here or below needs Node or TensorFlow.js.
 *
 * - `readNetwork(modelJson)`: the topology of a LayersModel, as `compile` wants it.
 * - `compile(source, { network })`: text to diagnostics, IR, plan and training loop.
 */
export { format, isIncomplete, parse } from "../grammar/index.js";
export type { Diagnostic, Fix, Severity, Span } from "../core/diagnostics/diagnostic.js";
export { compile, type CompileOptions, type CompileResult } from "./compile.js";
export type { Ir, PlanIr } from "../core/ir/types.js";
export { readNetwork } from "../core/network/read.js";
export type { Network } from "../core/network/types.js";
export { renderDiagnostics, type RenderOptions } from "./render/terminal.js";
