import { DiagnosticError, type Diagnostic } from "../diagnostics/diagnostic.js";

/**
 * What can be wrong with a model's topology. P5001 not a layers model · P5002 a field is missing or of the wrong
 * type · P5003 a name is used twice · P5004 a reference leads nowhere · P5005 cycle · P5006 shapes do not fit ·
 * P5007 too large · P5008 nested too deeply · P5009 TensorFlow.js cannot compute it.
 */
export type ModelCode =
  "P5001" | "P5002" | "P5003" | "P5004" | "P5005" | "P5006" | "P5007" | "P5008" | "P5009";

export interface Reasons {
  readonly notes?: readonly string[];
  readonly help?: string;
}

export function problem(code: ModelCode, message: string, reasons: Reasons = {}): Diagnostic {
  return { code, severity: "error", message, ...reasons };
}

/** Leaves the reading of a model; `readNetwork` turns it back into data. */
export function refuse(code: ModelCode, message: string, reasons: Reasons = {}): never {
  throw new DiagnosticError([problem(code, message, reasons)]);
}

/** A name from outside, safe to print: short, on one line. */
export function quote(name: string): string {
  const flat = name.replace(/[\u0000-\u001f\u007f]/g, "?");
  return `\`${flat.length > 80 ? `${flat.slice(0, 77)}…` : flat}\``;
}

/** A path as it may stand in a message: of a long one its end, which tells the most. */
export function quotePath(path: string): string {
  const flat = path.replace(/[\u0000-\u001f\u007f]/g, "?");
  return `\`${flat.length > 80 ? `…${flat.slice(-77)}` : flat}\``;
}

/** A JSON value as it may stand in a message. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `"${quote(value).slice(1, -1)}"`;
  const text =
    typeof value === "object" && value !== null
      ? Array.isArray(value)
        ? "a list"
        : "an object"
      : String(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
