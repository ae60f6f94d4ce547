import { parse } from "../../grammar/index.js";
import { stdlibTexts } from "../../stdlib/index.js";
import { declaredKey, type Declared, type Module } from "./module.js";
import { ownDeclarations } from "./own-declarations.js";

let cached: ReadonlyMap<string, Declared> | undefined;

/** The declarations of the standard library; parsed once. File names are `std/han.prune`. */
export function standardLibrary(): ReadonlyMap<string, Declared> {
  if (cached !== undefined) return cached;
  const all = new Map<string, Declared>();
  for (const [name, text] of stdlibTexts) {
    const { program, diagnostics } = parse(text, `std/${name}`);
    if (diagnostics.length > 0)
      throw new Error(`std/${name} does not parse: ${diagnostics[0]?.message ?? ""}`);
    const module: Module = {
      file: `std/${name}`,
      text,
      program,
      declared: new Map(),
      standard: all,
      missing: new Set(),
      parameters: new Map(),
    };
    for (const declared of ownDeclarations(module)) {
      module.declared.set(declaredKey(declared.kind, declared.name), declared);
      all.set(declaredKey(declared.kind, declared.name), declared);
    }
  }
  cached = all;
  return all;
}
