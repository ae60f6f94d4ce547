import { version } from "../compiler/version.js";

/** What is said when something throws that should not: it is our mistake, and how to report it. */
export function explainBug(cause: unknown): string {
  const what = cause instanceof Error ? cause.message : String(cause);
  const trace =
    cause instanceof Error && process.env["ESPALIER_DEBUG"] !== undefined ? `\n${cause.stack ?? ""}\n` : "";
  return `espalier ${version} made a mistake of its own: ${what}\n${trace}Please report it with the program and the network; ESPALIER_DEBUG=1 prints where it happened.\n`;
}
