import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { checkpointFiles, storeOn, type CheckpointStore, type Shelf } from "./checkpoints.js";
import {
  isTemporary,
  makeFolder,
  sweepTemporary,
  syncDirectory,
  temporaryBeside,
  writeDurably,
} from "./files.js";

/**
 * Checkpoints of one run: `<directory>/000012/{state.json, tensors.safetensors}`. A checkpoint is written under a temporary
 * name and renamed when the disk has it.
 */
export const openStore = (directory: string): CheckpointStore => storeOn(folderShelf(directory));

function folderShelf(directory: string): Shelf {
  const path = (n: number): string => join(directory, String(n).padStart(6, "0"));
  const numbers = async (): Promise<number[]> => {
    const names = await readdir(directory).catch(() => []);
    return names.filter((name) => /^\d{6,12}$/.test(name)).map(Number);
  };
  return {
    numbers,
    digest,
    placeOf: path,
    async write(number, files) {
      const target = path(number);
      const temporary = temporaryBeside(target);
      try {
        await makeFolder(directory);
        await mkdir(temporary);
        for (const name of checkpointFiles) await writeDurably(join(temporary, name), files[name]);
        await syncDirectory(temporary);
        await rename(temporary, target);
        await syncDirectory(directory);
      } catch (cause) {
        // On a full disk even half a checkpoint is in the way.
        await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
        throw cause;
      }
    },
    async read(number, name, most) {
      const file = join(path(number), name);
      return (await stat(file)).size > most ? null : readFile(file);
    },
    remove: (number) => rm(path(number), { recursive: true, force: true }),
    async removeAll() {
      if (await holdsOther(directory)) {
        for (const n of await numbers()) await discard(path(n));
        return;
      }
      await discard(directory);
    },
    sweep: () => sweepTemporary(directory),
  };
}

/** Of all pieces one after the other, none of them copied. */
export async function digest(pieces: readonly Uint8Array[]): Promise<string> {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** Gone at once: half a checkpoint is taken for a damaged one by whoever resumes. */
async function discard(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  const gone = await rename(path, temporary).then(
    () => temporary,
    () => path,
  );
  await rm(gone, { recursive: true, force: true });
}

/** Whether something stands there that no run has written. */
async function holdsOther(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((cause: NodeJS.ErrnoException) =>
    cause.code === "ENOENT" ? [] : null,
  );
  return names === null || names.some((name) => !/^\d{6,12}$/.test(name) && !isTemporary(name));
}
