// Writes core/diagnostics/generated/pages.ts: the pages of docs/errors as strings, so that `explain` needs no file system.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const pages = fileURLToPath(new URL("../docs/errors/", import.meta.url));
const folder = fileURLToPath(new URL("../core/diagnostics/generated/", import.meta.url));

/** The module's text, made from the pages in the order of their codes. */
export function embeddedPages() {
  const files = readdirSync(pages)
    .filter((name) => /^P\d{4}\.md$/.test(name))
    .sort();
  const entries = files.map(
    (name) =>
      `  [${JSON.stringify(name.slice(0, 5))}, ${JSON.stringify(readFileSync(pages + name, "utf8"))}],\n`,
  );
  return (
    "// Written by scripts/embed-pages.mjs from docs/errors.\n" +
    `export const pages: ReadonlyMap<string, string> = new Map([\n${entries.join("")}]);\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}pages.ts`, embeddedPages());
}
