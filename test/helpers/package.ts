import { realpathSync } from "node:fs";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../scripts/bundle.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Where it really lies: Node knows modules by that path alone. */
const cache = join(realpathSync(join(root, "node_modules")), ".cache", "espalier-e2e");
const folders = ["grammar", "core", "compiler", "runtime", "api", "cli", "integrations", "stdlib"];

/**
 * The package as it would be installed, made from the sources as they are now, without declarations: `<folder>/dist/cli/bin.js` runs it,
 * modules below the folder find `espalier` and everything else, and `dist/cli/main.js` is the command line as a function, for tests
 * that call it many times in one process. Built once for each state of the sources.
 */
export async function builtPackage(): Promise<string> {
  const sources = await readSources();
  const hash = createHash("sha256");
  for (const script of ["bundle.mjs", "chunks.mjs"])
    hash.update(await readFile(join(root, "scripts", script)));
  for (const [path, text] of sources) hash.update(`${path}\0${text}\0`);
  const target = join(cache, hash.digest("hex").slice(0, 16));
  if (await exists(target)) return target;
  const temporary = `${target}.${process.pid}`;
  await bundle(root, join(temporary, "dist"), { "cli/main": "cli/main.ts" });
  await cp(join(root, "package.json"), join(temporary, "package.json"));
  await cp(join(root, "stdlib"), join(temporary, "stdlib"), { recursive: true });
  await mkdir(join(temporary, "projects"));
  await mkdir(join(temporary, "node_modules"));
  await symlink("..", join(temporary, "node_modules", "espalier"), "dir");
  try {
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (!(await exists(target))) throw cause;
  }
  await sweep();
  return target;
}

/** Removes what was built from sources of another day. */
async function sweep(): Promise<void> {
  for (const name of await readdir(cache)) {
    const facts = await stat(join(cache, name)).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > 24 * 3600 * 1000)
      await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function readSources(): Promise<Map<string, string>> {
  const paths = ["index.ts"];
  for (const folder of folders)
    for (const entry of await readdir(join(root, folder), { recursive: true }))
      if (/\.(ts|json)$/.test(entry)) paths.push(`${folder}/${entry}`);
  const sources = new Map<string, string>();
  for (const path of paths.sort()) sources.set(path, await readFile(join(root, path), "utf8"));
  return sources;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
