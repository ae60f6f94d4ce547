import type { Declared, Module } from "./module.js";

/** What a text declares itself, in written order; imports apart. */
export function ownDeclarations(module: Module): readonly Declared[] {
  const found: Declared[] = [];
  for (const statement of module.program.statements) {
    switch (statement.kind) {
      case "criterion":
      case "penalty":
      case "curve":
        found.push({ kind: statement.kind, name: statement.name.text, node: statement, module });
        break;
      case "method":
        found.push({ kind: "method", name: statement.name.text, node: statement, module });
        break;
    }
  }
  return found;
}
