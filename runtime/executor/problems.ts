import { DiagnosticError, type Severity } from "../../core/diagnostics/diagnostic.js";

/** Why a network cannot be run, P515x. */
export const executorCodes = {
  P5150: { severity: "error", title: "class that nobody registered" },
  P5151: { severity: "error", title: "setting of a layer that cannot be followed" },
  P5152: { severity: "error", title: "a layer's own code failed" },
  P5153: { severity: "error", title: "layer that this backend computes wrong" },
  P5154: { severity: "error", title: "loss that does not fit the network's output" },
  P5155: { severity: "error", title: "index outside of an embedding's table" },
} as const satisfies Record<string, { severity: Severity; title: string }>;

export type ExecutorCode = keyof typeof executorCodes;

export function refuse(code: ExecutorCode, message: string, help?: string, notes?: readonly string[]): never {
  const { severity } = executorCodes[code];
  throw new DiagnosticError([
    { code, severity, message, ...(help === undefined ? {} : { help }), ...(notes ? { notes } : {}) },
  ]);
}
