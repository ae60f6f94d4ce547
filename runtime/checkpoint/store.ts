import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { reasonOf } from "../reason.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import {
  isTemporary,
  makeFolder,
  sweepTemporary,
  syncDirectory,
  temporaryBeside,
  writeDurably,
} from "./files.js";
import { DamagedTensors, decodeTensors, encodeTensors, type StoredTensor } from "./safetensors.js";

/**
 * Checkpoints of one run: `<directory>/000012/{state.json, tensors.safetensors}`. A checkpoint is written under a temporary
 * name and renamed when the disk has it; the one before is kept until then and one longer, in case the newest is damaged.
 */
export interface CheckpointStore {
  write(checkpoint: Checkpoint): Promise<void>;
  /** The newest that is whole, or null when there is none. Damaged ones are told in `diagnostics`. */
  read(): Promise<{ readonly checkpoint: Checkpoint | null; readonly diagnostics: readonly Diagnostic[] }>;
  /** Whether there are any, whole or not. */
  holdsAny(): Promise<boolean>;
  /** Removes all of them: the run is over, or starts anew. What somebody else put beside them stays. */
  clear(): Promise<void>;
}

export interface Checkpoint {
  /** Plain JSON; whoever reads it checks its shape. */
  readonly state: unknown;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Larger files are not read: no state comes near. */
const largestState = 256 * 2 ** 20;
/** Since 2 the weights are masters: 1 kept what trained underneath latent ones apart. */
const version = 2;
const stateFile = "state.json";
const tensorFile = "tensors.safetensors";

export function openStore(directory: string): CheckpointStore {
  let newest: number | null = null;
  const path = (n: number): string => join(directory, String(n).padStart(6, "0"));
  const numbers = async (): Promise<number[]> => {
    const names = await readdir(directory).catch(() => []);
    return names
      .filter((name) => /^\d{6,12}$/.test(name))
      .map(Number)
      .sort((a, b) => b - a);
  };
  return {
    async write(checkpoint) {
      newest ??= (await numbers())[0] ?? 0;
      const target = path(newest + 1);
      const temporary = temporaryBeside(target);
      try {
        await makeFolder(directory);
        await mkdir(temporary);
        await writeInto(temporary, checkpoint);
        await rename(temporary, target);
        await syncDirectory(directory);
      } catch (cause) {
        // On a full disk even half a checkpoint is in the way.
        await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
        raise("P7005", `the checkpoint cannot be written: ${reasonOf(cause)}`);
      }
      newest += 1;
      const last = newest;
      for (const n of await numbers()) if (n < last - 1) await rm(path(n), { recursive: true, force: true });
      await sweepTemporary(directory);
    },
    async read() {
      const diagnostics: Diagnostic[] = [];
      for (const n of await numbers()) {
        const found = await readFrom(path(n));
        if (typeof found !== "string") return { checkpoint: found, diagnostics };
        diagnostics.push(diagnostic("P7012", `the checkpoint \`${path(n)}\` is damaged: ${found}`));
      }
      if (diagnostics.length > 0)
        raise("P7003", "no checkpoint is whole", {
          notes: diagnostics.map((d) => d.message),
          help: "begin anew with `--restart`",
        });
      return { checkpoint: null, diagnostics };
    },
    holdsAny: async () => (await numbers()).length > 0,
    async clear() {
      newest = 0;
      if (await holdsOther(directory)) {
        for (const n of await numbers()) await discard(path(n));
        return;
      }
      await discard(directory);
    },
  };
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

async function writeInto(directory: string, { state, tensors }: Checkpoint): Promise<void> {
  const pieces = encodeTensors(tensors);
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  await writeDurably(join(directory, tensorFile), pieces);
  const body = { tensors: hash.digest("hex"), state };
  const text = JSON.stringify({ "espalier-checkpoint": version, digest: digestOf(body), ...body });
  await writeDurably(join(directory, stateFile), [new TextEncoder().encode(text)]);
  await syncDirectory(directory);
}

/** The checkpoint, or why it is none. */
async function readFrom(directory: string): Promise<Checkpoint | string> {
  try {
    const statePath = join(directory, stateFile);
    if ((await stat(statePath)).size > largestState) return "its state is too large";
    const parsed: unknown = JSON.parse(await readFile(statePath, "utf8"));
    if (typeof parsed !== "object" || parsed === null) return "its state is not an object";
    const fields = new Map<string, unknown>(Object.entries(parsed));
    if (fields.get("espalier-checkpoint") !== version) return "its state is of another version";
    const body = { tensors: fields.get("tensors"), state: fields.get("state") };
    if (digestOf(body) !== fields.get("digest")) return "its state does not match its digest";
    const bytes = await readFile(join(directory, tensorFile));
    if (createHash("sha256").update(bytes).digest("hex") !== body.tensors)
      return "its tensors do not match their digest";
    return { state: body.state, tensors: decodeTensors(bytes) };
  } catch (cause) {
    if (cause instanceof SyntaxError) return "its state is not JSON";
    if (cause instanceof DamagedTensors) return cause.message;
    return reasonOf(cause);
  }
}

const digestOf = (body: unknown): string => createHash("sha256").update(JSON.stringify(body)).digest("hex");
