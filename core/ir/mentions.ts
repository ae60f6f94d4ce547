import type { StatementIr } from "./walk.js";

/** Fields that hold no expressions, or statements of their own. */
const others: ReadonlySet<string> = new Set([
  ...["kind", "text", "name", "layers", "in", "except", "structure", "what", "path"],
  ...["as", "body", "rules"],
]);

/** Whether a statement reads one of these variables, in any of its expressions; what stands inside it is asked by itself. */
export function mentions(statement: StatementIr, variables: ReadonlySet<string>): boolean {
  return variables.size > 0 && reads(statement, variables);
}

export function reads(value: unknown, variables: ReadonlySet<string>): boolean {
  if (typeof value === "string") return variables.has(value);
  if (Array.isArray(value)) return value.some((one) => reads(one, variables));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, one]) => !others.has(key) && reads(one, variables));
}
