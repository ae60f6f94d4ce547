import { DiagnosticError, type Diagnostic, type Severity } from "./diagnostic.js";

/** What can be wrong with the files of a model, P51xx. */
export const modelCodes = {
  P5101: { severity: "error", title: "model not found" },
  P5102: { severity: "error", title: "model file too large" },
  P5103: { severity: "error", title: "model file is not JSON" },
  P5104: { severity: "error", title: "damaged weight manifest" },
  P5105: { severity: "error", title: "weight file outside of the model's folder" },
  P5106: { severity: "error", title: "weight file missing" },
  P5107: { severity: "error", title: "weight file of the wrong size" },
  P5108: { severity: "error", title: "weight that no layer has" },
  P5109: { severity: "error", title: "weight given twice" },
  P5110: { severity: "error", title: "weights missing" },
  P5111: { severity: "error", title: "weight of the wrong shape" },
  P5112: { severity: "error", title: "weight in an unknown encoding" },
  P5113: { severity: "warning", title: "weights that are not finite" },
  P5114: { severity: "error", title: "module gives no model" },
  P5115: { severity: "error", title: "unknown initializer" },
  P5116: { severity: "warning", title: "model without weights" },
  P5117: { severity: "error", title: "model cannot be written" },
} as const satisfies Record<string, { severity: Severity; title: string }>;

export type ModelFileCode = keyof typeof modelCodes;

export interface Reasons {
  readonly notes?: readonly string[];
  readonly help?: string;
}

export function modelDiagnostic(code: ModelFileCode, message: string, reasons: Reasons = {}): Diagnostic {
  return { code, severity: modelCodes[code].severity, message, ...reasons };
}

export function refuse(code: ModelFileCode, message: string, reasons: Reasons = {}): never {
  throw new DiagnosticError([modelDiagnostic(code, message, reasons)]);
}
