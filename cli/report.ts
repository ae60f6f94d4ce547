import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { jsonDiagnostics } from "../compiler/render/json.js";
import { renderDiagnostics, summarize } from "../compiler/render/terminal.js";
import type { Terminal } from "./terminal.js";

/** The texts that spans mean: one file, or all that a compilation read. */
export type Texts =
  | { readonly file: string; readonly text: string }
  | { readonly main: string; readonly texts: ReadonlyMap<string, string> };

/**
 * Tells diagnostics: frames for people on standard error, with their number below unless `counts` is false, or JSON on standard output.
 */
export function report(
  diagnostics: readonly Diagnostic[],
  texts: Texts | null,
  options: { readonly json?: boolean | undefined; readonly counts?: boolean },
  terminal: Terminal,
): void {
  const { main, all } = readTexts(texts);
  if (options.json === true) {
    terminal.out(JSON.stringify({ diagnostics: jsonDiagnostics(diagnostics, all, main) }, null, 2));
    return;
  }
  if (diagnostics.length === 0) return;
  const palette = terminal.colors;
  terminal.err(renderDiagnostics(diagnostics, { texts: all, main, palette, columns: terminal.columns }));
  const summary = options.counts === false ? "" : summarize(diagnostics);
  if (summary !== "") terminal.err(`\n${summary}\n`);
}

export function diagnosticsJson(
  diagnostics: readonly Diagnostic[],
  texts: Texts | null,
): ReturnType<typeof jsonDiagnostics> {
  const { main, all } = readTexts(texts);
  return jsonDiagnostics(diagnostics, all, main);
}

function readTexts(texts: Texts | null): { main: string; all: ReadonlyMap<string, string> } {
  if (texts === null) return { main: "", all: new Map() };
  if ("texts" in texts) return { main: texts.main, all: texts.texts };
  return { main: texts.file, all: new Map([[texts.file, texts.text]]) };
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((one) => one.severity === "error");
