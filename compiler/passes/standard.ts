import { parse } from "../../grammar/index.js";
import { stdlibTexts } from "../../stdlib/index.js";
import { declaredKey, newModule, ownDeclarations, type Declarations, type Declared } from "./module.js";

/** Where a text declares what: declarations begin a line. */
const DECLARATION = /^(criterion|penalty|curve|method)\s+([A-Za-z][\w-]*)/gm;

let shared: Declarations | undefined;

/** The declarations of the standard library. File names are `std/han.prune`; a file is parsed when something in it is asked for. */
export const standardLibrary = (): Declarations => (shared ??= makeLibrary());

function makeLibrary(): Declarations {
  const files = new Map<string, string>();
  for (const [name, text] of stdlibTexts) {
    for (const [, kind = "", declared = ""] of text.matchAll(DECLARATION))
      files.set(`${kind} ${declared}`, name);
  }
  const read = new Map<string, ReadonlyMap<string, Declared>>();
  const declaredIn = (name: string): ReadonlyMap<string, Declared> => {
    const known = read.get(name) ?? declarationsOf(name, library);
    read.set(name, known);
    return known;
  };
  const library: Declarations = {
    has: (key) => files.has(key),
    get: (key) => {
      const name = files.get(key);
      return name === undefined ? undefined : declaredIn(name).get(key);
    },
    values: () => [...stdlibTexts.keys()].flatMap((name) => [...declaredIn(name).values()]),
  };
  return library;
}

function declarationsOf(name: string, standard: Declarations): ReadonlyMap<string, Declared> {
  const file = `std/${name}`;
  const text = stdlibTexts.get(name) ?? "";
  const { program, diagnostics } = parse(text, file);
  if (diagnostics.length > 0) throw new Error(`${file} does not parse: ${diagnostics[0]?.message ?? ""}`);
  const module = newModule({ file, text, program, standard });
  return new Map(ownDeclarations(module).map((one) => [declaredKey(one.kind, one.name), one]));
}
