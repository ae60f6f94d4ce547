import { existsSync } from "node:fs";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { diagnostic } from "../core/diagnostics/create.js";
import { asksForBatch, statements } from "../core/ir/walk.js";
import { parse } from "../grammar/index.js";
import { javascriptOf } from "../runtime/own/functions.js";
import { front } from "../compiler/passes/index.js";
import { compile, type CompileOptions, type CompileResult } from "../compiler/compile.js";
import { asksForWeights } from "../compiler/plan/weights.js";
import { mayStartEmpty } from "../core/masks/initializers.js";
import { accuracyReaders, choiceOf, chosenOnTest } from "../core/ir/accuracy-readers.js";
import { spanOfPart, type StatementPart } from "../core/ir/spans.js";
import { steps } from "../core/ir/walk.js";
import type { Network } from "../core/network/types.js";
import { asksForAlignment } from "../core/schedule/alignment.js";
import { asksForLatency } from "../core/latency/asks.js";
import type { LatencyTable } from "../core/latency/table.js";
import type { Alignment } from "../core/schedule/alignment.js";
import { knownAlignment } from "../runtime/backend/alignment.js";
import type { BackendOptions } from "../runtime/backend/types.js";
import type { DataFacts, DataGiven, TargetFacts } from "../runtime/data/types.js";
import type { LiveModel } from "../runtime/model/index.js";
import { checkGiven } from "./given-options.js";
import {
  missingFiles,
  nothingLookedInto,
  readsOfFiles,
  toldOf,
  type JavaScriptOptions,
} from "./javascript.js";
import { latencyTimes, type LatencyGiven } from "./latency-times.js";
import { bindings, collect, dataFacts, importResolver, masksOf, networkFacts, weightsOf } from "./bound.js";

/** What a program may be bound to from outside; paths are relative to the working directory. */
export interface ProgramOptions
  extends
    Omit<
      CompileOptions,
      | "network"
      | "data"
      | "masks"
      | "javascript"
      | "reads"
      | "takes"
      | "fittedOn"
      | "teachers"
      | "latencyTable"
    >,
    BackendOptions,
    LatencyGiven,
    JavaScriptOptions {
  /** Path of a model.json, its folder or a module, or a tf.LayersModel. Default: what the program names. */
  readonly network?: string | LiveModel | undefined;
  /**
   * Path or name of data, a `DataSource`, or functions `{ train, test?, batches? }` that yield batches, as a data module exports
   * them. Default: what the program names.
   */
  readonly data?: string | DataGiven | undefined;
  /** Whether masks that lie beside the network hold on: what they hold stays zero. Default true. */
  readonly masks?: boolean | undefined;
  /** Backend to build networks of modules on. Default: whichever is open, else cpu, which starts at once. */
  readonly backend?: BackendOptions["backend"];
}

export interface CompiledProgram {
  readonly result: CompileResult;
  /** Everything there is to say: of the network, the data and the program. */
  readonly diagnostics: readonly Diagnostic[];
  readonly network: Network | null;
  /** What to run on: as given, or as the program names it, found. */
  readonly bound: {
    readonly network: string | LiveModel | null;
    readonly data: string | DataGiven | null;
    /** As given, where some training of the program asks for it. */
    readonly batch?: number | undefined;
    /** Times of layers, where the program asks for them and they are known. */
    readonly latencyTable?: LatencyTable | undefined;
  };
}

/**
 * Compiles a program for the network and data it is bound to. A `model.json` is read without its weights, unless the
 * program ranks by them before it trains, and neither TensorFlow.js nor any backend is loaded for it; modules and data files need the runtime.
 */
export async function compileProgram(source: string, options: ProgramOptions = {}): Promise<CompiledProgram> {
  checkGiven(source, options, "compileProgram");
  const {
    network: givenNetwork,
    data: givenData,
    seed = 1,
    backend,
    threads,
    masks = true,
    alignment: givenAlignment,
    latencyTable: givenTable,
    latencyBatch,
    measure,
    allowJs,
    ...rest
  } = options;
  const own = javascriptOf(rest);
  const written = bindings(parse(source, rest.file).program, rest.file);
  const networkPath = givenNetwork ?? written.network;
  const dataPath = givenData ?? written.data;
  const diagnostics: Diagnostic[] = [];
  const found =
    networkPath === null ? null : await networkFacts(networkPath, { seed, backend, threads }, diagnostics);
  const network = found?.network ?? null;
  const data =
    network && dataPath !== null ? await dataFacts(dataPath, written.validation, network, diagnostics) : null;
  const told = toldOf(own);
  const resolve = importResolver(process.cwd());
  const looked =
    allowJs === true
      ? await readsOfFiles(front(source, { resolve, ...rest, ...told }), rest.file ?? "program.prune", {
          ...own,
          allowJs,
        })
      : { ...nothingLookedInto, diagnostics: [] };
  const unbound: CompileOptions = {
    resolve,
    ...rest,
    ...told,
    reads: { ...looked.reads, ...told.reads },
    takes: { ...looked.takes, ...told.takes },
    fittedOn: { ...looked.fittedOn, ...told.fittedOn },
    seed,
    network: network ?? undefined,
    data: data?.length,
    masks: masks && network && networkPath !== null ? await masksOf(networkPath, network, diagnostics) : null,
  };
  const on = { backend, threads };
  const alignment = givenAlignment ?? (network === null ? null : await knownAlignment(on));
  const sought = compile(source, { ...unbound, alignment });
  const teachers = await teachersOf(sought, { seed, ...on }, diagnostics);
  const given = { ...unbound, teachers };
  const first = teachers.size === 0 ? sought : compile(source, { ...given, alignment });
  const measured =
    alignment === null && network !== null && first.ir !== null && asksForAlignment(first.ir.body)
      ? await measuredAlignment(on)
      : alignment;
  const latencyTable =
    network !== null && networkPath !== null && first.ir !== null && asksForLatency(first.ir.body)
      ? await collect(diagnostics, () =>
          latencyTimes(
            { latencyTable: givenTable, latencyBatch, measure },
            { network, from: networkPath, on, seed },
          ),
        )
      : null;
  const facts = { alignment: measured, latencyTable };
  const plain =
    measured === alignment && latencyTable === null ? first : compile(source, { ...given, ...facts });
  const foresees =
    found !== null &&
    plain.ir !== null &&
    asksForWeights(plain.ir, found.bringsWeights || mayStartEmpty(found.network));
  const weights = foresees && networkPath !== null ? await weightsOf(networkPath, seed, diagnostics) : null;
  const result = weights === null ? plain : compile(source, { ...given, ...facts, weights });
  const late =
    network && data
      ? [
          ...(await checkAccuracy(result, network, data.facts.targets)),
          ...untrainedTeachers(result, found?.bringsWeights ?? true),
          ...(await checkTemperatures(result, network, data.facts.targets)),
          ...checkChoice(result, data.facts),
        ]
      : [];
  const unheard = overridden(result, options);
  return {
    result,
    diagnostics: [
      ...diagnostics,
      ...result.diagnostics,
      ...missingFiles(result, own),
      ...looked.diagnostics,
      ...unheard.diagnostics,
      ...late,
    ],
    network,
    bound: {
      network: networkPath,
      data: dataPath,
      batch: unheard.batch ? undefined : options.batch,
      ...(latencyTable && { latencyTable }),
    },
  };
}

/**
 * The networks in files that phases learn from, without their weights, by the paths that the program gives. What the program saves itself
 * is not there yet.
 */
async function teachersOf(
  { ir }: CompileResult,
  options: { readonly seed: number } & BackendOptions,
  diagnostics: Diagnostic[],
): Promise<ReadonlyMap<string, Network>> {
  const all = ir === null ? [] : steps(ir.body);
  const saved = new Set(all.map((step) => (step.kind === "save" ? step.path : null)));
  const found = new Map<string, Network>();
  for (const step of all) {
    const from = step.kind === "train" ? step.distillation?.from : undefined;
    if (typeof from !== "object" || !("network" in from) || found.has(from.network)) continue;
    if (saved.has(from.network) && !existsSync(from.network)) continue;
    const teacher = await networkFacts(from.network, options, diagnostics);
    if (teacher !== null) found.set(from.network, teacher.network);
  }
  return found;
}

/** What `aligned to auto` means where it is said and nothing was measured yet: opens the backend and measures, once for a machine. */
async function measuredAlignment(on: BackendOptions): Promise<Alignment> {
  const { openBackend } = await import("../runtime/backend/index.js");
  const { alignmentOf } = await import("../runtime/backend/alignment.js");
  return alignmentOf(await openBackend(on));
}

/** Options of the host that the program says itself: what to tell, and whether `batch` is one. */
function overridden(
  { ir }: CompileResult,
  { epochs, batch }: ProgramOptions,
): { readonly diagnostics: readonly Diagnostic[]; readonly batch: boolean } {
  const phases = ir === null ? [] : statements(ir.body).filter((one) => one.kind === "train");
  const says = (option: string, what: string): Diagnostic =>
    diagnostic(
      "P3029",
      `\`${option}\` does nothing: every training of the program says its ${what} itself`,
      null,
      {
        help: `leave it out, or make the ${what} a \`param\` that \`--set\` gives`,
      },
    );
  if (phases.length === 0) return { diagnostics: [], batch: false };
  const lengths = epochs !== undefined && !phases.some(({ implicit }) => implicit);
  const batches = batch !== undefined && ir !== null && !asksForBatch(ir.body);
  return {
    diagnostics: [
      ...(lengths ? [says(`--epochs ${epochs}`, "length")] : []),
      ...(batches ? [says(`--batch ${batch}`, "batch")] : []),
    ],
    batch: batches,
  };
}

/**
 * Conditions on an accuracy that the run will not have: its loss does not classify and its targets are no classes, or there are too few
 * of them. Told here, where program, network and data are known together, and not after hours of training.
 */
async function checkAccuracy(
  { ir, spans, main }: CompileResult,
  network: Network,
  targets: readonly TargetFacts[],
): Promise<readonly Diagnostic[]> {
  const conditions = ir === null ? [] : accuracyReaders(ir.body);
  if (conditions.length === 0) return [];
  const { noAccuracy } = await import("../runtime/run/phase/losses.js");
  return conditions.flatMap(({ id, reads, phase }): readonly Diagnostic[] => {
    const missing = noAccuracy(network, phase?.loss, targets, reads);
    if (missing === null) return [];
    return [placed(missing, id, "condition", { spans, main })];
  });
}

/** Phases that learn from the start of a network whose weights are drawn at random. */
function untrainedTeachers(
  { ir, spans, main }: CompileResult,
  bringsWeights: boolean,
): readonly Diagnostic[] {
  const phases = bringsWeights ? [] : steps(ir?.body ?? []);
  return phases.flatMap((step) => {
    if (step.kind !== "train" || step.distillation?.from !== "start") return [];
    const told = diagnostic("P3067", "the teacher is the network before any training", null, {
      notes: ["the network comes without weights: its start is drawn at random"],
      help: "train it first and set a `mark` to learn from, or bind a trained network",
    });
    return [placed(told, step.id, "loss", { spans, main })];
  });
}

/** Temperatures of teachers whose outputs are amounts, which only the data tell from classes. */
async function checkTemperatures(
  { ir, spans, main }: CompileResult,
  network: Network,
  targets: readonly TargetFacts[],
): Promise<readonly Diagnostic[]> {
  const phases = steps(ir?.body ?? []).flatMap((step) =>
    step.kind === "train" && step.distillation !== undefined ? [step] : [],
  );
  if (phases.length === 0) return [];
  const { idleTemperature } = await import("../runtime/run/phase/losses.js");
  return phases.flatMap((phase) => {
    const idle = idleTemperature(network, phase, targets);
    return idle === null ? [] : [placed(idle, phase.id, "loss", { spans, main })];
  });
}

/** Steps that choose a network by the data it is tested on. */
function checkChoice(
  { ir, spans, main }: CompileResult,
  { test, validation }: DataFacts,
): readonly Diagnostic[] {
  if (test === null || (validation ?? null) !== null) return [];
  return steps(ir?.body ?? []).flatMap((step) => {
    const choice = choiceOf(step);
    return choice === null ? [] : [placed(chosenOnTest(choice), step.id, "condition", { spans, main })];
  });
}

/** A diagnostic at a part of a statement. */
function placed(
  one: Diagnostic,
  id: number,
  part: StatementPart,
  { spans, main }: Pick<CompileResult, "spans" | "main">,
): Diagnostic {
  const file = spans.get(id)?.file;
  const span = spanOfPart(spans, id, part);
  return { ...one, ...(span && { span }), ...(file !== undefined && file !== main && { file }) };
}
