// Writes stdlib/generated/texts.ts: the standard library as strings, so that the compiler needs no file system.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../stdlib/", import.meta.url));
const target = `${folder}generated/texts.ts`;

/** The module's text, made from the `.prune` files in the order of their names. */
export function embeddedTexts() {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".prune"))
    .sort();
  const entries = files.map(
    (name) => `  [${JSON.stringify(name)}, ${JSON.stringify(readFileSync(folder + name, "utf8"))}],\n`,
  );
  return (
    "// Written by scripts/embed-stdlib.mjs from the .prune files beside this folder.\n" +
    `export const texts: ReadonlyMap<string, string> = new Map([\n${entries.join("")}]);\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, embeddedTexts());
