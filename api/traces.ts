import { readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileSafely } from "./write-file.js";

/** What a folder looked like before a loop was written into it. */
export interface Traces {
  readonly existed: boolean;
  /** When each entry but the loop changed last, and its size. */
  readonly entries: ReadonlyMap<string, string>;
  /** The loop of an earlier run. */
  readonly loop: string | null;
}

export const loopName = "loop.mjs";

export async function tracesIn(folder: string): Promise<Traces> {
  const loop = await readFile(join(folder, loopName), "utf8").catch(() => null);
  const entries = await entriesOf(folder);
  return { existed: entries !== null, entries: entries ?? new Map(), loop };
}

/** Takes the loop back where a run that failed wrote nothing else: a network that is refused leaves the folder as it was. */
export async function leaveNoTrace(folder: string, before: Traces): Promise<void> {
  const now = await entriesOf(folder);
  if (now === null || now.size !== before.entries.size) return;
  for (const [name, facts] of before.entries) if (now.get(name) !== facts) return;
  const path = join(folder, loopName);
  // A folder of that name is not ours.
  if (before.loop === null) await rm(path, { force: true }).catch(() => undefined);
  else await writeFileSafely(path, before.loop);
  if (!before.existed) await rmdir(folder).catch(() => undefined);
}

/** Null when there is no such folder. */
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
