import { isAbsolute, join, relative, sep } from "node:path";
import { runError } from "./codes.js";
import type { Options } from "./options.js";

/**
 * The directory that `save "path"` writes into: a folder of the output folder, or of the working directory where a run has none.
 * Programs come from anywhere; what they write stays where the user said.
 * @throws DiagnosticError P7005 for any other place, and for the folder of the checkpoints
 */
export function savePlace({ out }: Pick<Options, "out">, path: string): string {
  const base = out ?? process.cwd();
  const inside = relative(base, join(base, path));
  const [first] = inside.split(sep);
  if (isAbsolute(path) || isAbsolute(inside) || first === "..")
    throw runError("P7005", `\`save ${JSON.stringify(path)}\` leaves the output folder`, {
      help: 'name a folder inside it, as in `save "early"`, and choose where it lies by `--out`',
    });
  if (out !== null && first === "checkpoint")
    throw runError("P7005", `\`save ${JSON.stringify(path)}\` writes where the checkpoints are`, {
      help: "name another folder",
    });
  return join(base, path);
}

/** The same for every `save` that the texts of the statements show, so that a bad place is known before any training. */
export function checkSavePlaces(options: Pick<Options, "out" | "statements">): void {
  for (const text of Object.values(options.statements)) {
    const [, path] = /^save\s+"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
    if (path !== undefined) savePlace(options, path.replace(/\\(.)/g, "$1"));
  }
}
