import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { compileProgram, type CompiledProgram } from "../../api/compile-program.js";
import { filesRead } from "../../api/files-read.js";
import type { Form } from "../../compiler/emit/javascript.js";
import type { SourceMap } from "../../compiler/emit/writer.js";
import { raise } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { reasonOf } from "../../runtime/reason.js";
import type { TrainedFiles } from "./model/entry.js";
import type { Options } from "./options.js";
import type { Texts } from "./told.js";

/** What became of a program that is imported. */
export interface Compiled extends Texts {
  /** Null when there is an error. */
  readonly code: string | null;
  readonly map: SourceMap | null;
  /** Errors and warnings; with `strict` all are errors. */
  readonly diagnostics: readonly Diagnostic[];
  /** The network that it left, where a build trained it and nothing went wrong. */
  readonly trained: TrainedFiles | null;
  /** Files that it was made of, absolute. */
  readonly watched: readonly string[];
  /** What there was before the code; null when it could not be read. */
  readonly compiled: CompiledProgram | null;
}

/** Compiles a program as an imported module, or for a run at build time. */
export async function compileFile(path: string, options: Options, form: Form): Promise<Compiled> {
  const main = relative(process.cwd(), path);
  const { network, data, set, epochs, batch, seed, runtime } = options;
  let text = "";
  try {
    text = await readFile(path, "utf8").catch((cause: unknown) =>
      raise("P9501", `\`${main}\` cannot be read: ${reasonOf(cause)}`),
    );
    const given = { network, data, set, epochs, batch, seed };
    const compiled = await compileProgram(text, { ...given, file: main, form, runtimeSpecifier: runtime });
    const { result } = compiled;
    const diagnostics = judged(compiled.diagnostics, options);
    const failed = diagnostics.some(({ severity }) => severity === "error");
    return {
      main,
      texts: result.texts,
      code: failed ? null : result.code,
      map: failed || result.map === null ? null : mapAt(result.map, path),
      diagnostics,
      trained: null,
      watched: await filesRead(compiled),
      compiled,
    };
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    const texts = new Map([[main, text]]);
    const { diagnostics } = cause;
    return {
      trained: null,
      main,
      texts,
      code: null,
      map: null,
      diagnostics,
      watched: [path],
      compiled: null,
    };
  }
}

/** What a build tells: no notes, and with `strict` no mere warnings. */
export function judged(diagnostics: readonly Diagnostic[], { strict }: Options): readonly Diagnostic[] {
  const said = diagnostics.filter(({ severity }) => severity !== "info");
  return strict === true ? said.map((one) => ({ ...one, severity: "error" as const })) : said;
}

/** The same map with sources relative to the folder of the program, as bundlers read them. */
function mapAt(map: SourceMap, path: string): SourceMap {
  const at = (source: string | null) =>
    source && relative(dirname(path), resolve(source)).replaceAll("\\", "/");
  return { ...map, sources: map.sources.map(at) };
}
