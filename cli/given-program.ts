import { raise } from "../core/diagnostics/create.js";
import { readProgram } from "./read-program.js";
import type { Terminal } from "./terminal.js";

/** What a command works on: a file, or a method of the standard library with its defaults, which `--set` changes. */
export interface GivenProgram {
  /** What it is called in messages and reports. */
  readonly file: string;
  readonly text: string;
}

/** @throws DiagnosticError where neither or both are given, or where what is given does not exist */
export async function givenProgram(
  file: string | undefined,
  method: string | undefined,
  terminal: Terminal,
): Promise<GivenProgram> {
  const help = "name a file, or a method as in `--method rigl`";
  if (method === undefined) {
    if (file === undefined) return raise("P9504", "there is no program", { help });
    return { file, text: await readProgram(file, terminal) };
  }
  if (file !== undefined) return raise("P9504", `\`${file}\` and \`--method\` are two programs`, { help });
  const { programOf } = await import("../compiler/render/methods.js");
  const text = programOf(method) ?? (await import("./commands/methods.js")).raiseUnknown(method);
  return { file: `${method}.prune`, text };
}
