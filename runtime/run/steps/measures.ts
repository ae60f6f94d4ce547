import { evaluate } from "../../../core/expr/evaluate.js";
import type { ExprIr } from "../../../core/ir/types.js";
import type { Measure } from "../../../core/masks/measure.js";
import { raise } from "../../../core/diagnostics/create.js";

/** What `require` and `until` compare: the same that budgets keep. */
export type Measures = Measure;

/** Names a condition may use, besides `accuracy` and `loss`, which cost an evaluation. */
export function measureNames(now: Measures, start: Measures): Map<string, number> {
  return new Map([
    ["params", now.params],
    ["macs", now.macs],
    ["bytes", now.bytes],
    ["start.params", start.params],
    ["start.macs", start.macs],
    ["start.bytes", start.bytes],
  ]);
}

/** Whether an expression reads a name. */
export function mentions(expr: ExprIr, name: string): boolean {
  if (typeof expr === "string") return expr === name;
  return typeof expr === "object" && expr.slice(1).some((operand) => mentions(operand, name));
}

/** Whether a condition holds. @throws DiagnosticError P7013 when a name in it has no value here. */
export function holds(condition: ExprIr, names: ReadonlyMap<string, number>): boolean {
  const value = evaluate(condition, names);
  if (value === undefined)
    raise("P7013", "the condition has no value here", {
      notes: [`known are ${[...names.keys()].map((name) => `\`${name}\``).join(", ")}`],
    });
  return value !== 0;
}
