import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFileSafely } from "./out-folder.js";
import type { CompileResult } from "../compiler/compile.js";

/** Where TypeScript looks for the types of an import with an ending of its own (`allowArbitraryExtensions`). */
export const typesPath = (path: string): string =>
  join(dirname(path), `${basename(path, ".prune")}.d.prune.ts`);

/** The types of an imported program: the training function, whose `set` has the program's parameters. */
export function typesOf({ program, texts, main }: Pick<CompileResult, "program" | "texts" | "main">): string {
  const text = texts.get(main) ?? "";
  const parameters = program.statements.flatMap((one) =>
    one.kind === "param"
      ? [{ name: one.name.text, value: text.slice(one.value.span.start, one.value.span.end) }]
      : [],
  );
  const fields = parameters.flatMap(({ name, value }) => [
    `  /** Default ${value.replace(/\*\//g, "* /").replace(/\s+/g, " ")}. */`,
    `  readonly ${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}?: string | number | undefined;`,
  ]);
  return [
    `// The types of ${basename(main)}, written by espalier; changes are overwritten.`,
    `import type { ImportedOptions, RunResult } from "espalier/runtime";`,
    "",
    "/** Values of the program's parameters, as `--set` has them: with their unit as text, without one as a number. */",
    fields.length === 0
      ? "export type Parameters = Readonly<Record<string, never>>;"
      : "export interface Parameters {",
    ...(fields.length === 0 ? [] : [...fields, "}"]),
    "",
    `export interface Options extends Omit<ImportedOptions, "set"> {`,
    "  readonly set?: Parameters | undefined;",
    "}",
    "",
    "/** Trains, prunes and gives the smaller network. */",
    "declare function train(options?: Options): Promise<RunResult>;",
    "export default train;",
    "",
  ].join("\n");
}

/** Writes the types of a program beside it where they are others than those there; returns null, or why they cannot be written. */
export async function writeTypes(path: string, result: CompileResult): Promise<string | null> {
  const target = typesPath(path);
  const text = typesOf(result);
  const before = await readFile(target, "utf8").catch(() => null);
  return before === text ? null : writeFileSafely(target, text);
}
