import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { Network } from "../core/network/types.js";
import type { ParameterStore } from "../core/parameters.js";
import type { TrainingLength } from "../compiler/compile.js";
import type { Program } from "../grammar/ast.js";
import type { BackendOptions } from "../runtime/backend/types.js";
import type { DataFacts, DataGiven, DataSource } from "../runtime/data/types.js";
import type { HeldMasks } from "../core/masks/state.js";
import type { LiveModel, LoadOptions } from "../runtime/model/index.js";
import { readModelFile } from "../runtime/model/model-file.js";

/** What a program says of its network and data: the last statement of each kind wins, as in the IR. */
export function bindings(
  { statements }: Program,
  file: string | undefined,
): { readonly network: string | null; readonly data: string | null; readonly validation: number | null } {
  const found: { network: string | null; data: string | null } = { network: null, data: null };
  let validation: number | null = null;
  for (const statement of statements)
    if (statement.kind === "network" || statement.kind === "data") {
      found[statement.kind] = besideProgram(statement.path.value, file);
      if (statement.kind === "data") validation = statement.validation?.value ?? null;
    }
  return { ...found, validation };
}

/** A path written in a program: relative to the program's own folder. Names that are no file there (`mnist`) stay as they are. */
function besideProgram(written: string, file: string | undefined): string {
  if (isAbsolute(written) || file === undefined) return written;
  const beside = resolve(dirname(file), written);
  return existsSync(beside) ? beside : written;
}

/** Imported programs are small; larger files are no programs. */
const MAX_BYTES = 2 ** 20;

/** Finds the files that a program imports: `./other.prune`, beside the file that names them. Nothing else is read. */
export function importResolver(cwd: string) {
  return (specifier: string, from: string | undefined): { file: string; text: string } | null => {
    if (isAbsolute(specifier) || !specifier.endsWith(".prune")) return null;
    const path = resolve(cwd, dirname(from ?? "."), specifier);
    const facts = statSync(path, { throwIfNoEntry: false });
    if (!facts?.isFile() || facts.size > MAX_BYTES) return null;
    return { file: relative(cwd, path), text: readFileSync(path, "utf8") };
  };
}

export interface FoundNetwork {
  readonly network: Network;
  /** Whether its weights come with it; else its initializers draw them. */
  readonly bringsWeights: boolean;
}

/** The network: of a `model.json` without the values of its weights and without TensorFlow.js. */
export function networkFacts(
  from: string | LiveModel,
  options: LoadOptions & BackendOptions,
  diagnostics: Diagnostic[],
): Promise<FoundNetwork | null> {
  return collect(diagnostics, async () => {
    if (typeof from !== "string" || /\.(js|mjs|cjs)$/.test(from)) {
      const { loadNetwork } = await import("./load-network.js");
      const { network, warnings } = await loadNetwork(from, options);
      diagnostics.push(...warnings);
      return { network, bringsWeights: true };
    }
    const { network, groups, diagnostics: told } = await readModelFile(from);
    diagnostics.push(...told);
    return { network, bringsWeights: groups.length > 0 };
  });
}

/** The weights of a network, for what `check` foresees of them; null where they cannot be read. */
export async function weightsOf(
  from: string | LiveModel,
  seed: number,
  diagnostics: Diagnostic[],
): Promise<ParameterStore | null> {
  const { loadModel } = await import("../runtime/model/index.js");
  return collect(diagnostics, async () => (await loadModel(from, { seed })).store);
}

/** The masks that lie beside a network and will hold. */
export async function masksOf(
  from: string | LiveModel,
  network: Network,
  diagnostics: Diagnostic[],
): Promise<HeldMasks | null> {
  const { masksBeside } = await import("../runtime/checkpoint/masks.js");
  const { heldBy, heldNote } = await import("../runtime/checkpoint/held-masks.js");
  const held = await collect(diagnostics, () => masksBeside(from, network));
  if (held !== null) diagnostics.push(heldNote(heldBy(held, network)));
  return held;
}

/** What there is to know of data before it is trained on. */
export function dataFacts(
  from: DataGiven,
  validation: number | null,
  network: Network,
  diagnostics: Diagnostic[],
): Promise<{ readonly facts: DataFacts; readonly length: TrainingLength } | null> {
  return collect(diagnostics, async () => {
    const opened = await sourceOf(from, network, diagnostics);
    const source = (await import("../runtime/data/validation.js")).holdOutValidation(opened, validation);
    const facts = source.describe();
    const { train } = source;
    if (train.kind === "indexed") return { facts, length: train };
    const counts = new Map<number, number | null>();
    const batches = (size: number): number | null => {
      const known = counts.get(size);
      if (known !== undefined) return known;
      const count = train.batches(size) ?? (facts.train === null ? null : Math.ceil(facts.train / size));
      counts.set(size, count);
      return count;
    };
    return { facts, length: { batches } };
  });
}

async function sourceOf(from: DataGiven, network: Network, diagnostics: Diagnostic[]): Promise<DataSource> {
  if (typeof from !== "string") {
    const { givenSource } = await import("../runtime/data/given.js");
    return givenSource(from, network);
  }
  const { openData } = await import("../runtime/data/open.js");
  const { source, diagnostics: told } = await openData(from, network);
  diagnostics.push(...told);
  return source;
}

/** The value, or null when a diagnostic ended the work. */
export async function collect<T>(diagnostics: Diagnostic[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    diagnostics.push(...cause.diagnostics);
    return null;
  }
}
