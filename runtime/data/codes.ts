import { DiagnosticError, type Diagnostic, type Severity } from "../../core/diagnostics/diagnostic.js";

/** Mistakes in data, P6xxx. One page per code under docs/errors. */
export const dataCodes = {
  P6001: { severity: "error", title: "data not found" },
  P6002: { severity: "error", title: "data of no known kind" },
  P6003: { severity: "error", title: "damaged data file" },
  P6004: { severity: "error", title: "data files do not belong together" },
  P6005: { severity: "error", title: "data does not fit the network's input" },
  P6006: { severity: "error", title: "labels do not fit the network's output" },
  P6007: { severity: "error", title: "values that are not numbers" },
  P6008: { severity: "error", title: "data too large" },
  P6009: { severity: "error", title: "a package is needed to read this data" },
  P6010: { severity: "error", title: "data module does not yield batches" },
  P6011: { severity: "warning", title: "no test split: a tenth of the examples is held out" },
} as const satisfies Record<string, { severity: Severity; title: string }>;

export type DataCode = keyof typeof dataCodes;

export function dataDiagnostic(
  code: DataCode,
  message: string,
  help?: string,
  notes?: readonly string[],
): Diagnostic {
  const { severity } = dataCodes[code];
  return {
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** Ends reading with one diagnostic. */
export function dataError(
  code: DataCode,
  message: string,
  help?: string,
  notes?: readonly string[],
): DiagnosticError {
  return new DiagnosticError([dataDiagnostic(code, message, help, notes)]);
}
