import { DiagnosticError, type Diagnostic, type Severity } from "../../../core/diagnostics/diagnostic.js";

/** What goes wrong in a run, P7xxx. One page per code under docs/errors. */
export const runCodes = {
  P7001: { severity: "error", title: "training diverged" },
  P7002: { severity: "error", title: "checkpoint of another run" },
  P7003: { severity: "error", title: "damaged checkpoint" },
  P7004: { severity: "error", title: "requirement not met" },
  P7005: { severity: "error", title: "output cannot be written" },
  P7006: { severity: "error", title: "no such part of the data" },
  P7007: { severity: "error", title: "moment not kept" },
  P7008: { severity: "error", title: "ticket does not fit" },
  P7009: { severity: "info", title: "interrupted" },
  P7010: { severity: "error", title: "impossible setting" },
  P7011: { severity: "error", title: "data without a length" },
  P7012: { severity: "warning", title: "checkpoint set aside" },
  P7013: { severity: "error", title: "expression without a value" },
} as const satisfies Record<string, { severity: Severity; title: string }>;

export type RunCode = keyof typeof runCodes;

interface Details {
  readonly help?: string;
  readonly notes?: readonly string[];
}

export function runDiagnostic(code: RunCode, message: string, details: Details = {}): Diagnostic {
  return { code, severity: runCodes[code].severity, message, ...details };
}

/** Ends the run with one diagnostic. */
export function runError(code: RunCode, message: string, details: Details = {}): DiagnosticError {
  return new DiagnosticError([runDiagnostic(code, message, details)]);
}
