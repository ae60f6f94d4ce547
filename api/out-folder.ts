import { access, constants, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { raise } from "../core/diagnostics/create.js";
import { makeFolder, writeAtomically } from "../runtime/checkpoint/files.js";
import { reasonOf } from "../runtime/reason.js";

/** Makes the folder that results go to. @throws DiagnosticError P9502 when it cannot be, or holds the network that is to be pruned */
export async function openOutFolder(out: string, network: unknown): Promise<void> {
  const shown = relative(process.cwd(), out) || ".";
  if (typeof network === "string" && (await holds(out, network)))
    raise("P9502", `\`${shown}\` holds the network itself`, {
      help: "name another folder by `--out`; a run that is resumed reads the network again",
    });
  try {
    await makeFolder(out);
    await access(out, constants.W_OK);
  } catch (cause) {
    raise("P9502", `\`${shown}\` cannot be written: ${reasonOf(cause)}`, {
      help: "name another folder by `--out`",
    });
  }
}

/** Whether the results would take the place of the network's own `model.json`. */
async function holds(out: string, network: string): Promise<boolean> {
  if (/\.[cm]?js$/.test(network)) return false;
  const path = resolve(network);
  const facts = await stat(path).catch(() => null);
  return facts !== null && (facts.isDirectory() ? path : dirname(path)) === resolve(out);
}

/** Writes a whole file or none of it, creating its folder; returns null, or why it cannot be written. */
export async function writeFileSafely(path: string, text: string): Promise<string | null> {
  try {
    await writeAtomically(path, [new TextEncoder().encode(text)]);
    return null;
  } catch (cause) {
    return reasonOf(cause);
  }
}

/** The loop of a run, beside its results. */
export const loopName = "loop.mjs";

/**
 * Looks at a folder before a loop is written into it. What it gives takes the loop back where a run that failed wrote nothing else: a
 * network that is refused leaves the folder as it was.
 */
export async function tracesIn(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, loopName);
  const earlier = await readFile(path, "utf8").catch(() => null);
  const before = await entriesOf(folder);
  return async () => {
    const now = await entriesOf(folder);
    if (now === null || now.size !== (before?.size ?? 0)) return;
    for (const [name, facts] of before ?? []) if (now.get(name) !== facts) return;
    // A folder of that name is not ours.
    if (earlier === null) await rm(path, { force: true }).catch(() => undefined);
    else await writeFileSafely(path, earlier);
    if (before === null) await rmdir(folder).catch(() => undefined);
  };
}

/** When each entry but the loop changed last, and its size; null when there is no such folder. */
async function entriesOf(folder: string): Promise<ReadonlyMap<string, string> | null> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) return null;
  const found = new Map<string, string>();
  for (const name of names) {
    if (name === loopName) continue;
    const facts = await stat(join(folder, name)).catch(() => null);
    found.set(name, facts === null ? "" : `${facts.mtimeMs} ${facts.size}`);
  }
  return found;
}
