import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { CompileResult } from "../compiler/compile.js";
import type { RunOptions, RunResult } from "../runtime/index.js";
import { resultIn } from "../runtime/run/host/folder.js";
import { givenOf, type About, type LooseOptions } from "../runtime/run/host/options.js";
import { takeLock } from "../runtime/checkpoint/lock.js";
import type { Lock } from "../runtime/run/host/host.js";
import { diagnostic, raise } from "../core/diagnostics/create.js";
import { checkGiven } from "./given-options.js";
import { compileProgram, type ProgramOptions } from "./compile-program.js";
import { importsOf } from "./javascript.js";
import { javascriptOf } from "../runtime/own/functions.js";
import { loopName, openOutFolder, tracesIn, writeFileSafely } from "./out-folder.js";

export type HostOptions = Partial<
  Pick<
    RunOptions,
    | "out"
    | "resume"
    | "restart"
    | "checkpointEvery"
    | "backend"
    | "threads"
    | "latency"
    | "onProgress"
    | "callbacks"
    | "log"
    | "tensorboard"
    | "signal"
  >
>;

export interface ProgramRun {
  readonly result: RunResult;
  /** Warnings of compiling and loading. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a program and runs the emitted loop: trains, prunes, and writes the smaller network into `out`. With `resume`, a run that is
 * complete there is given as it is.
 * @throws DiagnosticError when the program, network or data has an error, or the run ends with one; `result` on it holds what a run
 * came to whose `require` did not hold. The reason of `signal`, by default an AbortError, when that ended the run.
 */
export function run(source: string, options: ProgramOptions & HostOptions = {}): Promise<ProgramRun> {
  return runWith(source, options);
}

/** `shared`: what the program has in common with others that run beside it. */
export async function runWith(
  source: string,
  options: ProgramOptions & HostOptions,
  shared: Pick<RunOptions, "program" | "beginning" | "leaveAt"> = {},
): Promise<ProgramRun> {
  const { out, resume, restart, checkpointEvery, latency, signal, ...rest } = options;
  const { onProgress, callbacks, log, tensorboard, ...program } = rest;
  const { backend, threads, seed, masks, latencyBatch } = options;
  checkGiven(source, options, "run");
  signal?.throwIfAborted();
  const { result, diagnostics, bound } = await compileProgram(source, {
    measure: true,
    ...program,
    runtimeSpecifier: runtimeUrl(),
    javascriptFrom: givenAtRun,
  });
  const watching = { onProgress, callbacks, log, tensorboard, signal };
  const host = { out, resume, restart, checkpointEvery, backend, threads, latency, ...watching };
  try {
    const about = aboutOf(result, program.set);
    const finished = await runCompiled(result, diagnostics, {
      ...host,
      ...bound,
      ...shared,
      seed,
      masks,
      latencyBatch,
      about,
      ...javascriptOf(program),
      allowJs: program.allowJs,
    });
    return { result: finished, diagnostics };
  } catch (cause) {
    if (endsWith(cause, "P7009")) signal?.throwIfAborted();
    const before = isComplete(cause) && typeof out === "string" ? await resultIn(out) : null;
    if (before === null || !(cause instanceof DiagnosticError)) throw cause;
    return { result: before, diagnostics: [...diagnostics, ...cause.diagnostics] };
  }
}

/** Whether a run was to be resumed that had come to its end. */
export const isComplete = (cause: unknown): boolean => endsWith(cause, "P7015");

const endsWith = (cause: unknown, ended: string): boolean =>
  cause instanceof DiagnosticError && cause.diagnostics.some(({ code }) => code === ended);

/** The loop of a run imports no JavaScript of the program: it is loaded, once that is allowed, and handed over. */
export const givenAtRun = (): null => null;

/** Where the runtime that belongs to this very copy of espalier lies. */
export const runtimeUrl = (): string => new URL("../runtime/index.js", import.meta.url).href;

/**
 * Runs what `compileProgram` made for `runtimeUrl()` and `givenAtRun`. `listen` gives the signal once the JavaScript of the program is
 * loaded: until then there is nothing to end with care, and a module that never gives the process back would keep it from being asked to.
 * @throws DiagnosticError whose diagnostics stand at the statement that failed
 */
export async function runCompiled(
  compiled: CompileResult,
  diagnostics: readonly Diagnostic[],
  {
    allowJs,
    listen,
    ...options
  }: LooseOptions & Pick<ProgramOptions, "allowJs"> & { readonly listen?: () => AbortSignal },
): Promise<RunResult> {
  const { code } = compiled;
  if (code === null || diagnostics.some((one) => one.severity === "error"))
    throw new DiagnosticError(diagnostics);
  const { out, network } = options;
  if (network === null || network === undefined) {
    const help = 'name it in the program (`network "model.json"`) or by `--network`';
    const missing = diagnostic("P9506", "there is no network to run on", null, { help });
    throw new DiagnosticError([...diagnostics, missing]);
  }
  const own = Object.entries(javascriptOf(options)).map(([option, one]) => [option, one ?? undefined]);
  const imports = await importsOf(compiled, Object.fromEntries(own), allowJs ?? false).catch(
    (cause: unknown) => {
      throw cause instanceof DiagnosticError ? cause.map((one) => placed(one, compiled)) : cause;
    },
  );
  const signal = listen?.() ?? options.signal;
  const folder = typeof out === "string" ? out : await mkdtemp(join(tmpdir(), "espalier-"));
  let lock: Lock | null = null;
  const leaveNoTrace = await tracesIn(folder);
  try {
    await openOutFolder(folder, network);
    lock = await takeLock(folder, { again: false });
    const loop = await writeLoop(folder, code);
    const module: { default(options: RunOptions): Promise<RunResult> } = await import(loop);
    return await module.default(givenOf({ ...options, signal, ...(imports.length > 0 && { imports }) }));
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    lock?.release();
    // What lies in a folder that another run holds is its own.
    if (lock !== null) await leaveNoTrace();
    throw cause.map((one) => placed(one, compiled));
  } finally {
    lock?.release();
    if (folder !== out) await rm(folder, { recursive: true, force: true });
  }
}

/** The program for its report. */
export function aboutOf(
  { program, texts, main }: CompileResult,
  set: Readonly<Record<string, string>> = {},
): About {
  const text = texts.get(main) ?? "";
  const parameters = program.statements.flatMap((one): [string, string][] =>
    one.kind === "param"
      ? [[one.name.text, set[one.name.text] ?? text.slice(one.value.span.start, one.value.span.end)]]
      : [],
  );
  return { text, parameters: Object.fromEntries(parameters) };
}

/** What ended the run, in the text of the statement that was under way. */
function placed({ statement, ...one }: Diagnostic, { spans, main }: CompileResult): Diagnostic {
  const found = statement === undefined ? undefined : spans.get(statement);
  if (found === undefined || one.span !== undefined || one.severity === "warning") return one;
  const { span, file = main } = found;
  return { ...one, span, ...(file !== main && { file }) };
}

/** The loop beside the results; its URL is new each time, so that a second run reads it anew. */
async function writeLoop(folder: string, code: string): Promise<string> {
  const path = join(folder, loopName);
  const failure = await writeFileSafely(path, `${code.trimEnd()}\n`);
  if (failure !== null) raise("P9502", `\`${path}\` cannot be written: ${failure}`);
  return `${pathToFileURL(path).href}?${Date.now()}`;
}
