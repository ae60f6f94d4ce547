import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { edited } from "../../core/diagnostics/apply.js";
import type { Diagnostic, Fix } from "../../core/diagnostics/diagnostic.js";

/** One source of a case directory; what it must give stands beside it in `<name>.expected`. */
export interface Case {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** What a stage says about a source; the path helps stages that read files beside it. */
export type CompileCase = (
  text: string,
  path: string,
) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>;

export function casesIn(directory: string): Case[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".prune"))
    .sort()
    .map((file) => {
      const path = join(directory, file);
      return { name: basename(file, ".prune"), path, text: readFileSync(path, "utf8") };
    });
}

/** `line:column`, both from 1, columns in UTF-16 units. */
export function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** One line: `CODE line:col-line:col message`, with `-` for a mistake outside the text. */
export function rendered(text: string, { code, span, message }: Diagnostic): string {
  const place = span === undefined ? "-" : `${position(text, span.start)}-${position(text, span.end)}`;
  return `${code} ${place} ${message}`;
}

export const applied = (text: string, fix: Fix): string => edited(text, fix.edits);

/**
 * Compares the diagnostics of every source in a directory with its `.expected` file. `UPDATE=1` writes those files anew:
 * read the difference before committing it.
 */
export function runMistakes(directory: string, compile: CompileCase): void {
  describe(`mistakes in ${basename(directory)}`, () => {
    it.each(casesIn(directory))("$name", async ({ path, text }) => {
      const found = await compile(text, path);
      const actual = found.map((diagnostic) => `${rendered(text, diagnostic)}\n`).join("");
      const expected = path.replace(/\.prune$/, ".expected");
      if (process.env["UPDATE"] === "1") writeFileSync(expected, actual);
      expect(existsSync(expected), `no ${basename(expected)}: run once with UPDATE=1`).toBe(true);
      expect(actual).toBe(readFileSync(expected, "utf8"));
    });
  });
}
