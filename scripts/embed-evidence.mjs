// Writes stdlib/generated/evidence.ts: what runs showed of each method, so that `espalier methods` needs no file system.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mnistRows, publishedBy } from "./mnist-table.mjs";

const folder = fileURLToPath(new URL("../stdlib/", import.meta.url));

/** The module's text, made from the files of stdlib/evidence in the order of their names, and what rows of the MNIST table met. */
export function embeddedEvidence(rows = mnistRows()) {
  const met = publishedBy(rows);
  const files = readdirSync(`${folder}evidence`)
    .filter((name) => name.endsWith(".json"))
    .sort();
  const entries = files.map((name) => {
    const { method, ...own } = JSON.parse(readFileSync(`${folder}evidence/${name}`, "utf8"));
    const published = met.get(method);
    const shown = published === undefined ? own : { ...own, published };
    return `  [${JSON.stringify(method)}, ${JSON.stringify(shown)}],\n`;
  });
  return (
    "// Written by scripts/embed-evidence.mjs from the files of stdlib/evidence.\n" +
    'import type { Evidence } from "../evidence.js";\n\n' +
    `export const evidence: ReadonlyMap<string, Evidence> = new Map<string, Evidence>([\n${entries.join("")}]);\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(`${folder}generated/evidence.ts`, embeddedEvidence());
