// Completes dist with what tsc does not emit: the IR's JSON Schema, and Chevrotain's own bundle in place of its many modules, which
// are slow to load at every start.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

await mkdir("dist/compiler/ir", { recursive: true });
await cp("compiler/ir/ir.schema.json", "dist/compiler/ir/ir.schema.json");

const chevrotain = join(dirname(createRequire(import.meta.url).resolve("chevrotain")), "../..");
const bundle = "dist/vendor/chevrotain.mjs";
await mkdir(dirname(bundle), { recursive: true });
await cp(join(chevrotain, "lib/chevrotain.min.mjs"), bundle);
await cp(join(chevrotain, "LICENSE.txt"), "dist/vendor/chevrotain-license.txt");

for (const name of await readdir("dist/grammar", { recursive: true })) {
  if (!name.endsWith(".js")) continue;
  const path = join("dist/grammar", name);
  const text = await readFile(path, "utf8");
  const from = relative(dirname(path), bundle).replaceAll("\\", "/");
  const mended = text.replaceAll(' from "chevrotain"', ` from "${from}"`);
  if (mended !== text) await writeFile(path, mended);
}
