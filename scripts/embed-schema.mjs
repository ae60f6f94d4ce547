// Writes core/ir/generated/schema.ts: the IR's published JSON Schema as a module, so that reading it needs no file system.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../core/ir/ir.schema.json", import.meta.url));
const target = fileURLToPath(new URL("../core/ir/generated/schema.ts", import.meta.url));

/** The module's text: the schema as one JSON string, parsed when it is first asked for. */
export function embeddedSchema() {
  const schema = JSON.stringify(JSON.parse(readFileSync(source, "utf8")));
  return (
    "// Written by scripts/embed-schema.mjs from ../ir.schema.json.\n" +
    `export const irSchemaText: string =\n  ${JSON.stringify(schema)};\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(fileURLToPath(new URL(".", `file://${target}`)), { recursive: true });
  writeFileSync(target, embeddedSchema());
}
