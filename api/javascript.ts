import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CompileResult } from "../compiler/compile.js";
import { diagnostic } from "../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { ImportIr } from "../core/ir/types.js";
import type { Functions, GivenImport } from "../runtime/own/functions.js";

/** What a host gives in JavaScript, and whether the files that a program names may run. */
export interface JavaScriptOptions {
  /** Losses by the names that `minimizing` has for them; they win over those of a `use`, and need none. See `LossFunction`. */
  readonly losses?: Functions | undefined;
  /** Metrics by the names that they are reported under; they win over those of a `use`, and need none. See `MetricFunction`. */
  readonly metrics?: Functions | undefined;
}

/** What the compiler is told of it: names alone. */
export const namesGiven = ({ losses, metrics }: JavaScriptOptions) => ({
  loss: Object.keys(losses ?? {}),
  metric: Object.keys(metrics ?? {}),
});

type FromFile = ImportIr & { readonly from: string };

/** What a program takes from files and its host does not give itself. */
const fromFiles = ({ ir }: Pick<CompileResult, "ir">, given: JavaScriptOptions): readonly FromFile[] => {
  const names = namesGiven(given);
  return (ir?.imports ?? []).flatMap((one) =>
    one.from === undefined || names[one.kind].includes(one.name) ? [] : [{ ...one, from: one.from }],
  );
};

/** The files of JavaScript that a program names, absolute. */
export const scriptsOf = (result: CompileResult): readonly string[] =>
  fromFiles(result, {}).map(({ from }) => resolve(dirname(result.main), from));

/** Files of JavaScript that are not there. They are looked for, and not run. */
export function missingFiles(result: CompileResult, given: JavaScriptOptions): readonly Diagnostic[] {
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
  given: JavaScriptOptions,
  allowed: boolean,
): Promise<readonly GivenImport[]> {
  const files = fromFiles(result, given);
  if (!allowed && files.length > 0)
    throw new DiagnosticError(
      files.map(({ id, kind, name, from }) =>
        placed(
          diagnostic("P7021", `the ${kind} \`${name}\` is JavaScript, which was not allowed to run`, null, {
            notes: [`it would be loaded from "${from}", and may do whatever a program may do`],
            help: "read the file, then say `--allow-js` (`allowJs: true` in JavaScript and to the bundler's plugin), or give the function in the options",
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

function placed(one: Diagnostic, id: number, { spans, main }: CompileResult): Diagnostic {
  const found = spans.get(id);
  if (found === undefined) return one;
  const { span, file = main } = found;
  return { ...one, span, ...(file !== main && { file }) };
}
