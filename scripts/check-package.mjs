// Packs the built package as npm does and looks at it as others will: publint at its manifest, are-the-types-wrong at every entry.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "espalier-package-"));
const mistakes = [];
try {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8" }));
  const tarball = readFileSync(join(folder, filename));
  const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);

  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  mistakes.push(...messages.map((one) => `publint: ${formatMessage(one, pkg)}`));

  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const typed = Object.keys(exports).filter((entry) => exports[entry].types !== undefined);
  const { entrypoints, problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)), {
    entrypoints: typed,
  });
  for (const entry of typed)
    for (const kind of ["node16-esm", "bundler"])
      if (entrypoints[entry]?.resolutions[kind]?.resolution?.isTypeScript !== true)
        mistakes.push(`types: ${entry} has none for ${kind}`);
  // The package is of ES modules alone, and says so: how CommonJS and resolvers without `exports` see it is nothing to it.
  for (const problem of problems)
    if (!["node10", "node16-cjs"].includes(problem.resolutionKind) && problem.kind !== "CJSResolvesToESM")
      mistakes.push(`types: ${JSON.stringify(problem)}`);
  console.log(`publint and are-the-types-wrong: ${typed.length} entries, ${mistakes.length} mistakes`);
} finally {
  rmSync(folder, { recursive: true });
}
for (const mistake of mistakes) console.error(`  ✗ ${mistake}`);
if (mistakes.length > 0) process.exit(1);
