import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import { parse } from "../grammar/index.js";
import { compile, type CompileOptions, type CompileResult } from "../compiler/compile.js";
import { asksForWeights } from "../compiler/plan/weights.js";
import type { ParameterStore } from "../core/parameters.js";
import type { Network } from "../core/network/types.js";
import type { DataFacts, DataGiven } from "../runtime/data/types.js";
import type { LiveModel } from "../runtime/model/index.js";
import type { BackendName } from "../runtime/types.js";
import { besideProgram, bindings } from "./bindings.js";
import { checkAccuracy } from "./check-accuracy.js";
import { isTopologyPath, openTopology } from "./open-topology.js";
import { importResolver } from "./resolve-import.js";

/** What a program may be bound to from outside; paths are relative to the working directory. */
export interface ProgramOptions extends Omit<CompileOptions, "network" | "data"> {
  /** Path of a model.json, its folder or a module, or a tf.LayersModel. Default: what the program names. */
  readonly network?: string | LiveModel | undefined;
  /**
   * Path or name of data, a `DataSource`, or functions `{ train, test?, batches? }` that yield batches, as a data module exports
   * them. Default: what the program names.
   */
  readonly data?: string | DataGiven | undefined;
  /** Backend to build networks of modules on. Default: whichever is open, else cpu, which starts at once. */
  readonly backend?: BackendName | "auto" | undefined;
  readonly threads?: number | undefined;
}

export interface CompiledProgram {
  readonly result: CompileResult;
  /** Everything there is to say: of the network, the data and the program. */
  readonly diagnostics: readonly Diagnostic[];
  readonly network: Network | null;
  /** What to run on: as given, or as the program names it, found. */
  readonly bound: { readonly network: string | LiveModel | null; readonly data: string | DataGiven | null };
}

/**
 * Compiles a program for the network and data it is bound to. A `model.json` is read without its weights, unless the
 * program ranks by them before it trains, and neither TensorFlow.js nor any backend is loaded for it; modules and data files need the runtime.
 */
export async function compileProgram(source: string, options: ProgramOptions = {}): Promise<CompiledProgram> {
  const { network: givenNetwork, data: givenData, seed, backend, threads, ...rest } = options;
  const written = bindings(parse(source, rest.file).program);
  const networkPath =
    givenNetwork ?? (written.network === null ? null : besideProgram(written.network, rest.file));
  const dataPath = givenData ?? (written.data === null ? null : besideProgram(written.data, rest.file));
  const diagnostics: Diagnostic[] = [];
  const network =
    networkPath === null ? null : await readFacts(networkPath, { seed, backend, threads }, diagnostics);
  const facts = network && dataPath !== null ? await dataFacts(dataPath, network, diagnostics) : null;
  const given: CompileOptions = {
    resolve: importResolver(process.cwd()),
    ...rest,
    seed,
    network: network ?? undefined,
    data: facts === null || facts.train === null ? undefined : { examples: facts.train },
  };
  const plain = compile(source, given);
  const weights =
    network === null || networkPath === null || plain.ir === null || !asksForWeights(plain.ir)
      ? null
      : await weightsOf(networkPath, seed);
  const result = weights === null ? plain : compile(source, { ...given, weights });
  const late = network && facts ? await checkAccuracy(result, network, facts.targets) : [];
  return {
    result,
    diagnostics: [...diagnostics, ...result.diagnostics, ...late],
    network,
    bound: { network: networkPath, data: dataPath },
  };
}

async function readFacts(
  from: string | LiveModel,
  { seed = 1, backend, threads }: Pick<ProgramOptions, "seed" | "backend" | "threads">,
  diagnostics: Diagnostic[],
): Promise<Network | null> {
  if (typeof from === "string" && isTopologyPath(from)) {
    const opened = await openTopology(from);
    diagnostics.push(...opened.diagnostics);
    return opened.network;
  }
  const { loadNetwork } = await import("./load-network.js");
  return collect(async () => {
    const opened = backend === undefined ? {} : { backend, ...(threads === undefined ? {} : { threads }) };
    return (await loadNetwork(from, { seed, ...opened })).network;
  }, diagnostics);
}

/** The weights of a network, for what `check` foresees of them; null where they cannot be read, which a run will say. */
async function weightsOf(from: string | LiveModel, seed = 1): Promise<ParameterStore | null> {
  const { loadModel } = await import("../runtime/model/index.js");
  return collect(async () => (await loadModel(from, { seed })).store, []);
}

async function dataFacts(
  from: string | DataGiven,
  network: Network,
  diagnostics: Diagnostic[],
): Promise<DataFacts | null> {
  if (typeof from !== "string") {
    const { givenSource } = await import("../runtime/data/given.js");
    return collect(async () => (await givenSource(from, network)).describe(), diagnostics);
  }
  const { openData } = await import("../runtime/data/open.js");
  return collect(async () => {
    const opened = await openData(from, network);
    diagnostics.push(...opened.diagnostics);
    const facts = opened.source.describe();
    await opened.source.close?.();
    return facts;
  }, diagnostics);
}

/** The value, or null when a diagnostic ended the work. */
async function collect<T>(work: () => Promise<T>, diagnostics: Diagnostic[]): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    diagnostics.push(...cause.diagnostics);
    return null;
  }
}
