import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DiagnosticError, type Diagnostic } from "../../grammar/diagnostic.js";
import type { CompileResult } from "../../compiler/compile.js";
import type { RunOptions, RunResult } from "../../runtime/index.js";
import { compileProgram, type ProgramOptions } from "./compile-program.js";

export type HostOptions = Partial<
  Pick<
    RunOptions,
    "out" | "resume" | "checkpointEvery" | "backend" | "threads" | "latency" | "onProgress" | "signal"
  >
>;

export interface ProgramRun {
  readonly result: RunResult;
  /** Warnings of compiling and loading. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a program and runs the emitted loop: trains, prunes, and writes the smaller network into `out`.
 * @throws DiagnosticError when the program, network or data has an error, or the run ends with one
 */
export async function run(source: string, options: ProgramOptions & HostOptions = {}): Promise<ProgramRun> {
  const { out, resume, checkpointEvery, backend, threads, latency, onProgress, signal, ...program } = options;
  const { result, diagnostics, bound } = await compileProgram(source, {
    ...program,
    runtimeSpecifier: runtimeUrl(),
  });
  const host = { out, resume, checkpointEvery, backend, threads, latency, onProgress, signal };
  return {
    result: await runCompiled(result, diagnostics, {
      ...host,
      ...bound,
      seed: options.seed,
      batch: options.batch,
    }),
    diagnostics,
  };
}

/** Where the runtime that belongs to this very copy of espalier lies. */
export const runtimeUrl = (): string => new URL("../../runtime/index.js", import.meta.url).href;

/** Runs what `compileProgram` made for `runtimeUrl()`. */
export async function runCompiled(
  compiled: CompileResult,
  diagnostics: readonly Diagnostic[],
  options: Partial<RunOptions>,
): Promise<RunResult> {
  if (
    compiled.code === null ||
    compiled.map === null ||
    diagnostics.some((one) => one.severity === "error")
  ) {
    throw new DiagnosticError(diagnostics);
  }
  const { out } = options;
  const folder = out === undefined || out === null ? await mkdtemp(join(tmpdir(), "espalier-")) : out;
  try {
    await mkdir(folder, { recursive: true });
    const loop = await writeLoop(folder, compiled.code, compiled.map);
    const module: { default(options: Partial<RunOptions>): Promise<RunResult> } = await import(loop);
    return await module.default(withoutUnset(options));
  } finally {
    if (folder !== out) await rm(folder, { recursive: true, force: true });
  }
}

async function writeLoop(folder: string, code: string, map: object): Promise<string> {
  const path = join(folder, "loop.mjs");
  const inline = Buffer.from(JSON.stringify(map)).toString("base64");
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(
    temporary,
    `${code.trimEnd()}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`,
  );
  await rename(temporary, path);
  return `${pathToFileURL(path).href}?${Date.now()}`;
}

function withoutUnset<T extends object>(options: T): T {
  const kept = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return Object.assign(Object.create(Object.prototype), Object.fromEntries(kept));
}
