// Writes every file under a `generated` folder anew: the standard library and the pages of diagnostics as modules; and docs/api.md.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

for (const script of ["embed-stdlib.mjs", "embed-pages.mjs", "document-api.mjs"])
  execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], { stdio: "inherit" });
