import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";

/** Imported programs are small; larger files are no programs. */
const MAX_BYTES = 2 ** 20;

/** Finds the files that a program imports: `./other.prune`, beside the file that names them. Nothing else is read. */
export function importResolver(
  cwd: string,
): (specifier: string, from: string | undefined) => { file: string; text: string } | null {
  return (specifier, from) => {
    if (isAbsolute(specifier) || !specifier.endsWith(".prune")) return null;
    const path = resolve(cwd, dirname(from ?? "."), specifier);
    const facts = statSync(path, { throwIfNoEntry: false });
    if (!facts?.isFile() || facts.size > MAX_BYTES) return null;
    return { file: relative(cwd, path), text: readFileSync(path, "utf8") };
  };
}
