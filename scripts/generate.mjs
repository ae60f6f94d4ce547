// Writes every file under a `generated` folder anew: the standard library, its evidence and the pages of
// diagnostics as modules; and docs/api.md and docs/methods.md.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

for (const script of [
  "embed-stdlib.mjs",
  "embed-evidence.mjs",
  "embed-pages.mjs",
  "document-api.mjs",
  "document-methods.mjs",
])
  execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], { stdio: "inherit" });
