// Copies what tsc does not emit into dist: the IR's JSON Schema.
import { cp, mkdir } from "node:fs/promises";

await mkdir("dist/compiler/ir", { recursive: true });
await cp("compiler/ir/ir.schema.json", "dist/compiler/ir/ir.schema.json");
