import type { Diagnostic, Severity } from "../core/diagnostics/diagnostic.js";

/** Mistakes on the command line, P95xx. */
export const commandCodes = {
  P9501: { severity: "error", title: "program file not readable" },
  P9502: { severity: "error", title: "output not writable" },
  P9503: { severity: "error", title: "unknown diagnostic code" },
  P9504: { severity: "error", title: "wrong option value" },
  P9505: { severity: "error", title: "folder already in use" },
  P9506: { severity: "error", title: "nothing to run on" },
  P9507: { severity: "error", title: "mistake of espalier" },
} as const satisfies Record<string, { severity: Severity; title: string }>;

export function commandDiagnostic(
  code: keyof typeof commandCodes,
  message: string,
  help?: string,
): Diagnostic {
  return { code, severity: commandCodes[code].severity, message, ...(help === undefined ? {} : { help }) };
}
