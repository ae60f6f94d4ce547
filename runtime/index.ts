/** What emitted loops import. `helpers.ts` is the contract; everything else a host may use. */
export * from "./expressions.js";
export type * from "./helpers.js";
export { openRun } from "./run/host/open.js";
export { runFromCommandLine } from "./run/host/command-line.js";
export { importedLoop, type ImportedLoop, type ImportedOptions } from "./run/host/imported.js";
export type { OpenRun } from "./run/host/run.js";
export type { RunOptions } from "./run/host/options.js";
export type { RunResult } from "./run/report/results.js";
export type { OnProgress, ProgressEvent } from "./run/report/log.js";
export type { DataFacts, DataSource, IndexedSplit, Split, StreamedSplit, TargetFacts } from "./data/types.js";
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
} from "./own/define.js";
export type { Functions, GivenImport, GivenJavaScript } from "./own/functions.js";
export type { Report } from "./report/types.js";
export type { Batch, Dense, Labels } from "./types.js";
