import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { reasonOf } from "../reason.js";
import { DamagedTensors, decodeTensors, encodeTensors, type StoredTensor } from "./safetensors.js";

/** Checkpoints of one run; the one before the newest is kept, in case the newest is damaged. */
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

/** The files of a checkpoint, in the order in which they are written. */
export const checkpointFiles = ["tensors.safetensors", "state.json"] as const;
type CheckpointFile = (typeof checkpointFiles)[number];
/** The pieces of each. */
export type CheckpointPieces = Readonly<Record<CheckpointFile, readonly Uint8Array[]>>;

/** Where checkpoints lie, each under its number. One that was cut short may be among them: it is found out when it is read. */
export interface Shelf {
  /** Of what lies there, in any order. */
  numbers(): Promise<readonly number[]>;
  /** Whole when it is done; where it fails nothing of it stays. */
  write(number: number, files: CheckpointPieces): Promise<void>;
  /** Larger files than `most` bytes are not read: null. */
  read(number: number, file: CheckpointFile, most: number): Promise<Uint8Array | null>;
  remove(number: number): Promise<void>;
  removeAll(): Promise<void>;
  /** Takes away what killed processes left half-written. */
  sweep(): Promise<void>;
  /** As messages call a checkpoint. */
  placeOf(number: number): string;
  /** The SHA-256 of all pieces, in hexadecimal digits. */
  digest(pieces: readonly Uint8Array[]): Promise<string>;
}

/** Larger files are not read: no state comes near. */
const largestState = 256 * 2 ** 20;
/** Since 2 the weights are masters: 1 kept what trained underneath latent ones apart. */
const version = 2;

export function storeOn(shelf: Shelf): CheckpointStore {
  let newest: number | null = null;
  const numbers = async (): Promise<number[]> => [...(await shelf.numbers())].sort((a, b) => b - a);
  return {
    async write(checkpoint) {
      newest ??= (await numbers())[0] ?? 0;
      try {
        await shelf.write(newest + 1, await encoded(shelf, checkpoint));
      } catch (cause) {
        raise("P7005", `the checkpoint cannot be written: ${reasonOf(cause)}`);
      }
      newest += 1;
      const last = newest;
      for (const n of await numbers()) if (n < last - 1) await shelf.remove(n);
      await shelf.sweep();
    },
    async read() {
      const diagnostics: Diagnostic[] = [];
      for (const n of await numbers()) {
        const found = await readFrom(shelf, n);
        if (typeof found !== "string") return { checkpoint: found, diagnostics };
        diagnostics.push(diagnostic("P7012", `the checkpoint \`${shelf.placeOf(n)}\` is damaged: ${found}`));
      }
      if (diagnostics.length > 0)
        raise("P7003", "no checkpoint is whole", {
          notes: diagnostics.map((d) => d.message),
          help: "begin anew with `--restart`",
        });
      return { checkpoint: null, diagnostics };
    },
    holdsAny: async () => (await shelf.numbers()).length > 0,
    async clear() {
      newest = 0;
      await shelf.removeAll();
    },
  };
}

async function encoded(shelf: Shelf, { state, tensors }: Checkpoint): Promise<CheckpointPieces> {
  const pieces = encodeTensors(tensors);
  const body = { tensors: await shelf.digest(pieces), state };
  const digest = await digestOf(shelf, body);
  const text = JSON.stringify({ "espalier-checkpoint": version, digest, ...body });
  return { "tensors.safetensors": pieces, "state.json": [new TextEncoder().encode(text)] };
}

/** The checkpoint, or why it is none. */
async function readFrom(shelf: Shelf, number: number): Promise<Checkpoint | string> {
  try {
    const text = await shelf.read(number, "state.json", largestState);
    if (text === null) return "its state is too large";
    const parsed: unknown = JSON.parse(new TextDecoder().decode(text));
    if (typeof parsed !== "object" || parsed === null) return "its state is not an object";
    const fields = new Map<string, unknown>(Object.entries(parsed));
    if (fields.get("espalier-checkpoint") !== version) return "its state is of another version";
    const body = { tensors: fields.get("tensors"), state: fields.get("state") };
    if ((await digestOf(shelf, body)) !== fields.get("digest")) return "its state does not match its digest";
    const bytes = await shelf.read(number, "tensors.safetensors", Infinity);
    if (bytes === null || (await shelf.digest([bytes])) !== body.tensors)
      return "its tensors do not match their digest";
    return { state: body.state, tensors: decodeTensors(bytes) };
  } catch (cause) {
    if (cause instanceof SyntaxError) return "its state is not JSON";
    if (cause instanceof DamagedTensors) return cause.message;
    return reasonOf(cause);
  }
}

const digestOf = (shelf: Shelf, body: unknown): Promise<string> =>
  shelf.digest([new TextEncoder().encode(JSON.stringify(body))]);
