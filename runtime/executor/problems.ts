import { DiagnosticError } from "../../grammar/diagnostic.js";

/**
 * Why a network cannot be run. P5150 a class that nobody registered · P5151 a setting of a layer that nothing
 * implements · P5152 a layer's own code failed · P5153 the backend computes a layer wrong · P5154 no loss fits ·
 * P5155 an index outside of an embedding's table.
 */
export type ExecutorCode = "P5150" | "P5151" | "P5152" | "P5153" | "P5154" | "P5155";

export function refuse(code: ExecutorCode, message: string, help?: string, notes?: readonly string[]): never {
  throw new DiagnosticError([
    {
      code,
      severity: "error",
      message,
      ...(help === undefined ? {} : { help }),
      ...(notes ? { notes } : {}),
    },
  ]);
}
