/**
 * Espalier: a small language and compiler for pruning neural networks.
 *
 * - `compile(source, options)`: text to diagnostics, IR, plan and training loop; for browsers it is in `espalier/compiler`.
 * - `validateIr(value)`: an IR that was stored or written elsewhere, checked against the published schema.
 * - `irSchema()`: that schema (JSON Schema 2020-12), the same as the file `espalier/ir.schema.json`.
 * - `loadNetwork(source)`: a LayersModel from a path, a module or memory.
 * - `openSession(options)`: a network that statements act on one after another, as at the prompt of `espalier repl`.
 * - `run(source, options)`: compile for a network and data, train, prune, write the smaller network.
 */
export { compile, type CompileOptions, type CompileResult } from "./compiler/compile.js";
export { renderDiagnostics, type RenderOptions } from "./compiler/render/terminal.js";
export type { Ir, PlanIr } from "./core/ir/types.js";
export { irSchema } from "./core/ir/types.js";
export { validateIr } from "./core/ir/validate.js";
export type { Network } from "./core/network/types.js";
export { format, parse } from "./grammar/index.js";
export {
  DiagnosticError,
  type Diagnostic,
  type Fix,
  type Severity,
  type Span,
} from "./core/diagnostics/diagnostic.js";
export { compileProgram, type CompiledProgram, type ProgramOptions } from "./api/compile-program.js";
export { loadNetwork } from "./api/load-network.js";
export { sensitivity, type SensitivityOptions } from "./api/sensitivity.js";
export type { Measured, Sensitivity, SensitivityQuestion } from "./api/measure-sensitivity.js";
export { openSession } from "./api/open-session.js";
export type {
  Difference,
  DoneStatement,
  LayerDifference,
  PruningSession,
  SessionOptions,
  Standing,
} from "./api/session/types.js";
export { run, type HostOptions, type ProgramRun } from "./api/run-program.js";
export type {
  DataFacts,
  DataGiven,
  DataPart,
  DataParts,
  DataSource,
  DatasetGiven,
  GivenArray,
  GivenBatch,
  GivenTarget,
  IndexedSplit,
  Pass,
  Split,
  StreamedSplit,
  TargetFacts,
} from "./runtime/data/types.js";
export type { Mask, Masks } from "./runtime/checkpoint/held-masks.js";
export { readMasks } from "./runtime/checkpoint/masks.js";
export {
  defineCompensation,
  defineCriterion,
  defineGate,
  defineLoss,
  defineMetric,
  definePenalty,
  defineStep,
  type AnyCompensation,
  type AnyCriterion,
  type AnyGate,
  type AnyPenalty,
  type CompensationDefinition,
  type CriterionDefinition,
  type GateDefinition,
  type GateTools,
  type LayerUnits,
  type LossFunction,
  type MetricFunction,
  type PenaltyDefinition,
  type RefitLayer,
  type RefitValues,
  type StepDefinition,
  type StepRandom,
  type StepSession,
  type Tools,
} from "./runtime/own/define.js";
export type { Functions, GivenJavaScript } from "./runtime/own/functions.js";
export type { Report } from "./runtime/report/types.js";
export type {
  BatchLogs,
  Callbacks,
  EpochLogs,
  EventLogs,
  PhaseLogs,
  WatchedLayer,
  WatchedNetwork,
} from "./runtime/watch/types.js";
export type { ProgressEvent } from "./runtime/run/report/log.js";
export type { Parameter, ParameterStore } from "./core/parameters.js";
export type { Batch } from "./runtime/types.js";
