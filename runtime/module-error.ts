import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { shownPath, thrown, type Thrown } from "./user-code.js";

/** What a module of the user threw while it was imported: the error may be one of its syntax, which V8 does not place. */
export function thrownByModule(cause: unknown, file: string): Thrown & { readonly help?: string } {
  const { reason, frames } = thrown(cause);
  const isSyntax = cause instanceof Error && cause.name === "SyntaxError";
  const place = frames.length === 0 && isSyntax ? syntaxPlace(file) : null;
  const [, lacking] = /^Cannot find package '([^']+)' imported from /.exec(reason) ?? [];
  return {
    reason,
    frames: place === null ? frames : [`at ${place}`],
    ...(lacking !== undefined && { help: `npm install ${lacking}, in the folder of the module or above it` }),
  };
}

/** A module's own files, as far as they are looked through for a mistake of syntax. */
const mostFiles = 20;

/** Where the syntax of a module, or of one that it imports by a relative path, is wrong: `data.mjs:3`. Nothing of it is run. */
function syntaxPlace(entry: string): string | null {
  const files = new Set([resolve(entry)]);
  // What is added while they are gone through is gone through, too.
  for (const file of files) {
    const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
    const [, url, line] = /^(\S.*?):(\d+)$/m.exec(stderr) ?? [];
    if (url !== undefined) return `${shownPath(url)}:${line}`;
    for (const next of importedBy(file)) if (files.size < mostFiles) files.add(next);
  }
  return null;
}

function importedBy(file: string): readonly string[] {
  try {
    const text = readFileSync(file, "utf8");
    const found = text.matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g);
    return [...found].map(([, specifier = ""]) => resolve(file, "..", specifier));
  } catch {
    return [];
  }
}
