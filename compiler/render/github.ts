import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { jsonDiagnostics } from "./json.js";

const commands = { error: "error", warning: "warning", info: "notice" } as const;

/** Diagnostics as workflow commands, which GitHub shows beside the lines they mean. One a line. */
export function githubAnnotations(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  main: string,
): string {
  return jsonDiagnostics(diagnostics, texts, main)
    .map(({ code, severity, message, label, notes = [], help, range }) => {
      const properties: [string, string | number][] = [];
      if (range) {
        properties.push(["file", range.file], ["line", range.start.line], ["endLine", range.end.line]);
        // Columns are read only where a command stays on one line.
        if (range.start.line === range.end.line)
          properties.push(["col", range.start.column], ["endColumn", range.end.column]);
      }
      properties.push(["title", code]);
      const text = [
        message,
        ...(label === undefined ? [] : [label]),
        ...notes,
        ...(help === undefined ? [] : [`help: ${help}`]),
      ];
      const head = properties.map(([key, value]) => `${key}=${property(String(value))}`).join(",");
      return `::${commands[severity]} ${head}::${data(text.join("\n"))}\n`;
    })
    .join("");
}

const data = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
