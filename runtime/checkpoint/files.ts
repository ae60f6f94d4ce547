import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Writing that leaves either the old file or the new one, never half of one. */

/** Writes pieces one after the other and waits until the disk has them. */
export async function writeDurably(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "w");
  try {
    // Many at once: a write a tensor takes longer than all their bytes.
    for (let from = 0; from < pieces.length; from += 512)
      await writeWhole(file, pieces.slice(from, from + 512));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A system may take a part of what it is given, 2 GiB at most. */
async function writeWhole(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let rest = pieces.filter(({ length }) => length > 0);
  while (rest.length > 0) {
    let { bytesWritten: taken } = await file.writev(rest);
    rest = rest.flatMap((piece) => {
      const done = Math.min(taken, piece.length);
      taken -= done;
      return done === piece.length ? [] : [piece.subarray(done)];
    });
  }
}

/** Makes renames in a directory durable. Not every system can; then the rename is durable a little later. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, "r");
    await directory.sync().finally(() => directory.close());
  } catch {
    return;
  }
}

/**
 * Makes a folder and those above it. One by one: where a file system takes no folders (`/proc`), Node's own recursive way tries
 * for ever.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await isThere(at)); at = dirname(at)) missing.push(at);
  for (const one of missing.reverse())
    await mkdir(one).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST") throw cause;
    });
  if (!(await stat(path)).isDirectory()) throw new Error("a file stands there");
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => dirname(path) === path,
  );

/** A name beside `path` that nothing else uses. Hidden, so that no reader takes it for a result. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
}

/** Names made by `temporaryBeside`, and those under which models are written. */
const temporaries = [/^\..*\.\d+-[0-9a-f]{8}\.tmp$/, /^\.[0-9a-f-]{36}\.tmp\.(bin|json)$/];

export const isTemporary = (name: string): boolean => temporaries.some((pattern) => pattern.test(name));

/** Removes what a killed process left half-written. Nobody else writes there: a lock keeps two runs out of one output directory. */
export async function sweepTemporary(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (isTemporary(name)) await rm(join(directory, name), { recursive: true, force: true });
}

/** Writes a file under a temporary name, then renames it into place. Creates the directory. */
export async function writeAtomically(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = temporaryBeside(path);
  try {
    await writeDurably(temporary, pieces);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncDirectory(dirname(path));
}
