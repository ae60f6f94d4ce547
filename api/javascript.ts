import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CompileOptions, CompileResult } from "../compiler/compile.js";
import type { FrontOptions, FrontResult } from "../compiler/passes/index.js";
import { diagnostic } from "../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import { javascript } from "../core/ir/imports.js";
import type { ImportIr, Ir } from "../core/ir/types.js";
import {
  givenDefinitions,
  ownFunctions,
  type GivenImport,
  type GivenJavaScript,
  type OwnOfProgram,
} from "../runtime/own/functions.js";

/** What a host gives in JavaScript, and whether the files that a program names may run. */
export interface JavaScriptOptions extends GivenJavaScript {
  /** Whether JavaScript that the program names (`use loss … from "./x.js"`) may run. Default false: P7021. */
  readonly allowJs?: boolean | undefined;
}

/** What the compiler is told of definitions, by `kind name`. */
type Looked = Required<Pick<FrontOptions, "reads" | "takes" | "fittedOn">>;
export const nothingLookedInto: Looked = { reads: {}, takes: {}, fittedOn: {} };

/** What the compiler is told of it: names, and what stands in their definitions. @throws DiagnosticError P7010 */
export function toldOf(given: GivenJavaScript): Pick<CompileOptions, "javascript"> & Looked {
  const all = Object.entries(givenDefinitions(given));
  const found = all.flatMap(([kind, definitions]) =>
    Object.entries(definitions).map(([name, one]) => ({ ...one, kind, name })),
  );
  return {
    javascript: Object.fromEntries(all.map(([kind, definitions]) => [kind, Object.keys(definitions)])),
    ...lookedInto(found),
  };
}

type Defined = Pick<OwnOfProgram, "name" | "reads" | "takes" | "on"> & { readonly kind: string };

function lookedInto(all: readonly Defined[]): Looked {
  const keyed = all.map(({ kind, name, ...one }) => [`${kind} ${name}`, one] as const);
  return {
    reads: Object.fromEntries(keyed.map(([key, { reads }]) => [key, reads])),
    takes: Object.fromEntries(keyed.map(([key, { takes }]) => [key, takes])),
    fittedOn: Object.fromEntries(keyed.flatMap(([key, { on }]) => (on ? [[key, on]] : []))),
  };
}

type FromFile = ImportIr & { readonly from: string };

/** What a program takes from files and its host does not give itself. */
const fromFiles = (
  { ir }: { readonly ir: Pick<Ir, "imports"> | null },
  given: GivenJavaScript,
): readonly FromFile[] => {
  const definitions = givenDefinitions(given);
  return (ir?.imports ?? []).flatMap((one) =>
    one.from === undefined || definitions[one.kind][one.name] !== undefined
      ? []
      : [{ ...one, from: one.from }],
  );
};

/**
 * What stands in the definitions of files: they are run to know, so only where that is allowed. What cannot be had is told at its `use`.
 */
export async function readsOfFiles(
  front: FrontResult,
  main: string,
  given: JavaScriptOptions,
): Promise<Looked & { readonly diagnostics: readonly Diagnostic[] }> {
  // What is not there is told with everything else.
  const files = fromFiles(front, given).filter(
    ({ kind, from }) => javascript[kind].member !== null && existsSync(resolve(dirname(main), from)),
  );
  if (given.allowJs !== true || files.length === 0) return { ...nothingLookedInto, diagnostics: [] };
  const { loadImports } = await import("../runtime/own/load.js");
  try {
    const loaded = await loadImports(files, dirname(main));
    return { ...lookedInto(ownFunctions(loaded, {})), diagnostics: [] };
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    const place = (one: Diagnostic) => placed(one, one.statement ?? 0, { spans: front.spans, main });
    return { ...nothingLookedInto, diagnostics: cause.diagnostics.map(place) };
  }
}

/** The files of JavaScript that a program names, absolute. */
export const scriptsOf = (result: CompileResult): readonly string[] =>
  fromFiles(result, {}).map(({ from }) => resolve(dirname(result.main), from));

/** Files of JavaScript that are not there. They are looked for, and not run. */
export function missingFiles(result: CompileResult, given: GivenJavaScript): readonly Diagnostic[] {
  return fromFiles(result, given).flatMap(({ id, from }) =>
    existsSync(resolve(dirname(result.main), from))
      ? []
      : [
          placed(
            diagnostic("P2006", `there is no file "${from}"`, null, {
              help: "name it by a path relative to the program",
            }),
            id,
            result,
          ),
        ],
  );
}

/**
 * The JavaScript of a program, run where that is allowed.
 * @throws DiagnosticError P7021 where it is not, P7018 where a file gives no such function
 */
export async function importsOf(
  result: CompileResult,
  given: GivenJavaScript,
  allowed: boolean,
): Promise<readonly GivenImport[]> {
  const files = fromFiles(result, given);
  if (!allowed && files.length > 0)
    throw new DiagnosticError(
      files.map(({ id, kind, name, from }) =>
        placed(
          diagnostic("P7021", `the ${kind} \`${name}\` is JavaScript, which was not allowed to run`, null, {
            notes: [`it would be loaded from "${from}", and may do whatever a program may do`],
            help: "read the file, then say `--allow-js` (`allowJs: true` in JavaScript and to the bundler's plugin), or give it in the options",
          }),
          id,
          result,
        ),
      ),
    );
  const { loadImports } = await import("../runtime/own/load.js");
  const loaded = await loadImports(files, dirname(result.main));
  const rest = (result.ir?.imports ?? []).filter(({ id }) => !files.some((one) => one.id === id));
  return [...rest.map(({ text: _, ...one }) => one), ...loaded];
}

function placed(
  one: Diagnostic,
  id: number,
  { spans, main }: Pick<CompileResult, "spans" | "main">,
): Diagnostic {
  const found = spans.get(id);
  if (found === undefined) return one;
  const { span, file = main } = found;
  return { ...one, span, ...(file !== main && { file }) };
}
