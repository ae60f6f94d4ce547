import { raise } from "../../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import type { RunResult } from "../report/results.js";
import type { RunOptions } from "./options.js";

/** A training loop. */
export type ImportedLoop = (options?: RunOptions) => Promise<RunResult>;

/** Where the statements of a loop stand, by id: `file:line:column`. */
export type Places = Readonly<Record<number, string>>;

/** What callers of an imported loop give: what `openRun` takes, and values of the program's parameters. */
export interface ImportedOptions extends RunOptions {
  /** Values of `param`s, as `--set` has them: `{ sparsity: "95%" }`. A number is one without a unit. */
  readonly set?: Readonly<Record<string, string | number | undefined>> | undefined;
}

/** What a loop is compiled from anew, and the modules that takes. */
export interface Anew {
  readonly file: string;
  readonly texts: Readonly<Record<string, string>>;
  /** The files that specifiers in a file mean; in the main file under its own name or none. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Plain options of `compile`. */
  readonly given: { readonly set?: Readonly<Record<string, string>> };
  /** What it takes from JavaScript, with the functions. */
  readonly functions?: RunOptions["imports"];
  readonly compiler: () => Promise<Compiler>;
  readonly runtime: () => Promise<unknown>;
}
/** What is asked of `espalier/compiler`. */
interface Compiler {
  compile(
    source: string,
    options: object,
  ): { readonly code: string | null; readonly diagnostics: readonly Diagnostic[] };
}

/**
 * The function that an imported program is. What ends a run is told by the place of its statement. With `set` the program is compiled
 * once more, by the compiler that is loaded then, and its code made a function, which a page's Content-Security-Policy must allow
 * (`unsafe-eval`).
 */
export function importedLoop(
  loop: ImportedLoop,
  places: Places,
  anew?: Anew,
): (options?: ImportedOptions) => Promise<RunResult> {
  return async ({ set, ...options } = {}) => {
    const made = set === undefined ? { loop, places } : await compiledWith(set, anew);
    try {
      return await made.loop(set === undefined ? options : withFunctions(options, anew));
    } catch (cause) {
      throw cause instanceof DiagnosticError ? cause.map((one) => placed(one, made.places)) : cause;
    }
  };
}

/** A loop that is compiled anew imports nothing: the functions are those of the one that it stands for. */
const withFunctions = (options: RunOptions, anew: Anew | undefined): RunOptions => ({
  ...(anew?.functions && { imports: anew.functions }),
  ...options,
});

function placed(one: Diagnostic, places: Places): Diagnostic {
  const place = one.statement === undefined ? undefined : places[one.statement];
  return place === undefined ? one : { ...one, message: `${one.message} (at ${place})` };
}

async function compiledWith(
  set: NonNullable<ImportedOptions["set"]>,
  anew: Anew | undefined,
): Promise<{ readonly loop: ImportedLoop; readonly places: Places }> {
  const values = Object.entries(set).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  if (anew === undefined)
    raise("P7010", `\`set\`: the program has no parameter`, { help: "declare one: `param sparsity = 90%`" });
  const { file, texts, imports, given } = anew;
  const { compile } = await anew.compiler();
  const { code, diagnostics } = compile(texts[file] ?? "", {
    ...given,
    file,
    set: { ...given.set, ...Object.fromEntries(values) },
    form: "function",
    resolve: (specifier: string, from: string | undefined) => {
      const found = imports[from ?? ""]?.[specifier];
      return found === undefined ? null : { file: found, text: texts[found] ?? "" };
    },
  });
  if (code === null) throw new DiagnosticError(diagnostics);
  const make = new Function("runtime", code);
  return make(await anew.runtime());
}
