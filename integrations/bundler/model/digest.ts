import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

/** Hash of plain data. */
export const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex");

/**
 * Hash of what lies at a path: of a file its bytes, of a folder those of all files in it, by name. With a module goes every file that
 * it names by a path of its own (`"./layers.mjs"`, `"../digits.npz"`), and with a `model.json` the files of its weights and masks.
 */
export async function digestOf(path: string): Promise<string> {
  const start = resolve(path);
  const facts = await stat(start);
  const files = new Set<string>();
  if (!facts.isDirectory()) await add(start, files);
  else
    for (const entry of await readdir(start, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) files.add(join(entry.parentPath, entry.name));
  const base = facts.isDirectory() ? start : dirname(start);
  const hash = createHash("sha256");
  const named = [...files].map((file) => [relative(base, file).replaceAll("\\", "/"), file] as const);
  for (const [name, file] of named.sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\0${await bytesOf(file)}\0`);
  return hash.digest("hex");
}

/** A file, and the files that it cannot do without. */
async function add(file: string, files: Set<string>): Promise<void> {
  if (files.has(file)) return;
  files.add(file);
  const folder = dirname(file);
  if (/\.[cm]?[jt]s$/.test(file)) {
    const text = await readFile(file, "utf8");
    for (const [, , path = ""] of text.matchAll(/(["'`])(\.{1,2}\/[^"'`\n]*)\1/g))
      await addFound(join(folder, path), files);
  } else if (file.endsWith(".json")) {
    await addFound(join(folder, "masks.safetensors"), files);
    for (const path of shardsIn(await readFile(file, "utf8"))) await addFound(join(folder, path), files);
  }
}

async function addFound(path: string, files: Set<string>): Promise<void> {
  if ((await stat(path).catch(() => null))?.isFile() === true) await add(path, files);
}

/** The paths of a weights manifest, as far as the file has one: what is wrong with it the reader of networks has said. */
function shardsIn(text: string): readonly string[] {
  try {
    const groups: unknown = JSON.parse(text).weightsManifest;
    return Array.isArray(groups)
      ? groups.flatMap(({ paths }: { readonly paths?: unknown }) =>
          Array.isArray(paths) ? paths.map(String) : [],
        )
      : [];
  } catch {
    return [];
  }
}

async function bytesOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(file)) hash.update(bytes);
  return hash.digest("hex");
}
