import type { Program } from "../../grammar/index.js";

/** A tree without its places: what two texts that mean the same share. Parentheses are dropped on request. */
export function meaning(program: Program, parentheses = true): unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    if (!parentheses && "kind" in value && value.kind === "paren" && "inner" in value)
      return walk(value.inner);
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== "span" && key !== "word")
        .map(([key, inner]) => [key, walk(inner)]),
    );
  };
  return walk(program.statements);
}
