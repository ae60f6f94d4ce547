import pc from "picocolors";
import type { Terminal } from "../../cli/terminal.js";

/** A terminal that remembers what was said. */
export function fakeTerminal(options: Partial<Pick<Terminal, "live" | "columns" | "cwd">> = {}) {
  const said = { out: "", err: "" };
  const terminal: Terminal = {
    out: (text) => void (said.out += text.endsWith("\n") ? text : `${text}\n`),
    err: (text) => void (said.err += text),
    columns: options.columns ?? 100,
    live: options.live ?? false,
    colors: pc.createColors(false),
    cwd: options.cwd ?? process.cwd(),
    command: "espalier",
  };
  return { terminal, said };
}
