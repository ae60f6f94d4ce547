import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "../../..");
const cache = join(root, "node_modules", ".cache", "espalier-cases");
const entries = {
  index: "index.ts",
  "runtime/index": "runtime/index.ts",
  "cli/bin": "cli/bin.ts",
  "cli/main": "cli/main.ts",
};

/**
 * The package as it is installed, and `dist/cli/main.js` besides: the command line as a function, for tests that call it many
 * times in one process. Loops that it writes import the runtime of this very copy. Built once for each state of the sources.
 */
export async function casePackage(): Promise<string> {
  const target = join(cache, hashOfSources());
  if (existsSync(target)) return target;
  const temporary = `${target}.${process.pid}`;
  const external = (id: string, importer: string | undefined): boolean =>
    importer !== undefined && !/^[./]|^[A-Z]:/i.test(id);
  const build = await rolldown({ cwd: root, input: entries, platform: "node", external });
  await build.write({ dir: join(temporary, "dist"), chunkFileNames: "shared/[name]-[hash].js" });
  await build.close();
  await cp(join(root, "package.json"), join(temporary, "package.json"));
  mkdirSync(join(temporary, "node_modules"));
  symlinkSync("..", join(temporary, "node_modules", "espalier"), "dir");
  mkdirSync(join(temporary, "projects"));
  try {
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(target)) throw cause;
  }
  sweep();
  return target;
}

function hashOfSources(): string {
  const hash = createHash("sha256").update(JSON.stringify(entries));
  for (const folder of ["grammar", "core", "compiler", "runtime", "api", "cli"]) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort();
    for (const name of names.filter((one) => one.endsWith(".ts")))
      hash.update(`${name}\0`).update(readFileSync(join(root, folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Removes what was built from sources of another day. */
function sweep(): void {
  for (const name of readdirSync(cache))
    if (Date.now() - statSync(join(cache, name)).mtimeMs > 24 * 3600 * 1000)
      rmSync(join(cache, name), { recursive: true, force: true });
}
