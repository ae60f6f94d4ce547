import { cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { isTemporary, writeAtomically } from "../../runtime/checkpoint/files.js";
import { lockName } from "../../runtime/checkpoint/lock.js";
import { checkpointFolder } from "../../runtime/run/report/write-results.js";

/** What lies in the folder of a comparison, and in those of its runs and of what they share. */

/** What a comparison writes beside the folders of its runs. */
export const tableFiles = {
  json: "compare.json",
  csv: "compare.csv",
  html: "compare.html",
} as const;
const markName = ".espalier-compare";

/**
 * Marks a folder as that of a comparison.
 * @throws DiagnosticError P9505 where something else lies in it
 */
export async function openFolder(out: string): Promise<void> {
  const names = (await readdir(out).catch(() => [])).filter(
    (name) => name !== lockName && !isTemporary(name),
  );
  if (names.includes(markName)) return;
  if (names.length > 0)
    raise("P9505", `\`${relative(process.cwd(), out) || "."}\` holds something else than a comparison`, {
      help: "name another folder by `--out`",
    });
  await write(join(out, markName), "");
}

/** In the folder of a run, or of a shared beginning: the key of what it is of, and whether it has come to its end. */
const ofName = "of.json";
export interface Of {
  readonly key: string;
  /** Of a shared beginning that was trained to its end. */
  readonly done?: true;
}

export async function readOf(folder: string): Promise<Of | null> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, ofName), "utf8"));
    if (typeof found !== "object" || found === null || !("key" in found)) return null;
    if (typeof found.key !== "string") return null;
    return { key: found.key, ...("done" in found && found.done === true && { done: true }) };
  } catch {
    return null;
  }
}

/** Begins a folder anew, unless what lies in it is of this key. */
export async function begin(folder: string, key: string): Promise<void> {
  if ((await readOf(folder))?.key === key) return;
  await rm(folder, { recursive: true, force: true });
  await write(join(folder, ofName), JSON.stringify({ key }));
}

export const markDone = (folder: string, key: string): Promise<void> =>
  write(join(folder, ofName), JSON.stringify({ key, done: true }));

/** Lets a run go on from where a shared beginning ended; one that has gone further already stays where it is. */
export async function goOnFrom(beginning: string, folder: string): Promise<void> {
  const to = join(folder, checkpointFolder);
  if (existsSync(to)) return;
  // Half a copy would be taken for a damaged checkpoint.
  const aside = join(folder, "copying");
  await rm(aside, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(beginning, checkpointFolder), aside, { recursive: true });
  await rename(aside, to);
}

export const write = (path: string, text: string): Promise<void> =>
  writeAtomically(path, [new TextEncoder().encode(text)]);
