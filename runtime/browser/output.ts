import { raise } from "../../core/diagnostics/create.js";
import { maskedView } from "../../core/masks/masked.js";
import { checkpointFiles, storeOn, type Shelf } from "../checkpoint/checkpoints.js";
import { encodeMasks, masksFile, masksIn, type Masks } from "../checkpoint/held-masks.js";
import { stepOf } from "../checkpoint/restore.js";
import { decodeTensors } from "../checkpoint/safetensors.js";
import { modelArtifacts, type ModelArtifacts } from "../model/to-layers-model.js";
import { modelBytes } from "../model/bytes.js";
import { reasonOf } from "../reason.js";
import type { Report } from "../report/types.js";
import type { Lock, Output } from "../run/host/host.js";
import type { Options } from "../run/host/options.js";
import type { Session } from "../run/host/session.js";
import { reportData } from "../run/report/report-data.js";
import type { PageStorage } from "./storage.js";

/** Checkpoints of one run in a storage: `<out>/checkpoint/000012/{tensors.safetensors, state.json}`. */
export function storageShelf(storage: PageStorage, out: string): Shelf {
  const folder = `${out}/checkpoint/`;
  const placeOf = (n: number): string => `${folder}${String(n).padStart(6, "0")}`;
  const remove = async (n: number): Promise<void> => {
    // The state first: what is left of a checkpoint without one is taken for damaged.
    for (const name of checkpointFiles.toReversed()) await storage.remove(`${placeOf(n)}/${name}`);
  };
  const numbers = async (): Promise<readonly number[]> => {
    const found = (await storage.list(folder)).map((name) => /^(\d{6,12})\//.exec(name.slice(folder.length)));
    return [...new Set(found.flatMap((one) => (one === null ? [] : [Number(one[1])])))];
  };
  return {
    numbers,
    placeOf,
    remove,
    digest,
    async write(n, files) {
      try {
        for (const name of checkpointFiles) await storage.write(`${placeOf(n)}/${name}`, files[name]);
      } catch (cause) {
        await remove(n).catch(() => undefined);
        throw cause;
      }
    },
    async read(n, name, most) {
      const bytes = await storage.read(`${placeOf(n)}/${name}`);
      if (bytes === null) throw new Error(`its \`${name}\` is missing`);
      return bytes.length > most ? null : bytes;
    },
    async removeAll() {
      for (const n of await numbers()) await remove(n);
    },
    sweep: () => Promise.resolve(),
  };
}

/** Of all pieces one after the other. Pages that are not secure have no SHA-256: a shorter digest finds damage there as well. */
export async function digest(pieces: readonly Uint8Array[]): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) return shortDigest(pieces);
  const hash = await crypto.subtle.digest("SHA-256", joined(pieces));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** 64 bits: FNV-1a from two beginnings (Fowler, Noll, Vo). */
function shortDigest(pieces: readonly Uint8Array[]): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b1];
  for (const piece of pieces)
    for (const byte of piece) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x01000193);
    }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * Takes the place of a run in a storage, for this page alone.
 * @throws DiagnosticError P7005 while another run holds it, P7014 for a run that nobody said to resume or to begin anew
 */
export async function openOutput(
  storage: PageStorage,
  { resume, restart }: Pick<Options, "resume" | "restart">,
  out: string,
): Promise<Output> {
  const lock = await takeLock(out);
  try {
    const store = storeOn(storageShelf(storage, out));
    if (!resume && !restart && (await store.holdsAny())) {
      const { checkpoint } = await store.read().catch(() => ({ checkpoint: null }));
      const step = checkpoint === null ? null : stepOf(checkpoint);
      raise("P7014", `an interrupted run lies in \`${out}\`${step === null ? "" : ` at step ${step}`}`, {
        help: "go on by `resume: true`, begin anew by `restart: true`, or choose another `out`",
      });
    }
    return { lock, store };
  } catch (cause) {
    lock.release();
    throw cause;
  }
}

/** A lock of the browser's, which is free again when the page is closed. */
async function takeLock(out: string): Promise<Lock> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return { release: () => undefined };
  let release = (): void => undefined;
  const taken = await new Promise<boolean>((resolve, reject) => {
    const held = (lock: unknown): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>((free) => (release = free));
    };
    locks.request(`espalier ${out}`, { ifAvailable: true }, held).catch(reject);
  });
  if (!taken)
    raise("P7005", `another run is writing to \`${out}\``, {
      help: "wait for it, close the page that it runs in, or choose another `out`",
    });
  return { release: () => release() };
}

const at = (out: string | null, path: string): string => (out === null ? path : `${out}/${path}`);
const text = (value: unknown): Uint8Array[] => [new TextEncoder().encode(JSON.stringify(value))];

/** What `save "path"` writes. The model comes last: what has one is whole. */
export async function writeSaved(storage: PageStorage, session: Session, path: string): Promise<Report> {
  const { network, loaded, state, options } = session;
  const parameters = maskedView(session);
  const report = await reportData(session, await modelBytes(network, parameters), null);
  const { weightData, ...model } = modelArtifacts(network, parameters);
  const folder = at(options.out, path);
  try {
    await storage.remove(`${folder}/model.json`);
    await storage.write(`${folder}/weights.bin`, [new Uint8Array(weightData)]);
    await storage.write(`${folder}/${masksFile}`, encodeMasks(network, loaded, state));
    await storage.write(`${folder}/report.json`, text(report));
    await storage.write(`${folder}/model.json`, text(model));
  } catch (cause) {
    raise("P7005", `the results cannot be written to \`${folder}\``, { notes: [reasonOf(cause)] });
  }
  return report;
}

/** The network that `save` left under a name: as `network` takes it. @throws DiagnosticError P5101 */
export async function savedArtifacts(storage: PageStorage, name: string): Promise<ModelArtifacts> {
  const [model, weights] = await Promise.all([
    storage.read(`${name}/model.json`),
    storage.read(`${name}/weights.bin`),
  ]);
  if (model === null || weights === null)
    raise("P5101", `there is no model at \`${name}\` in the storage of this page`, {
      help: "a program saves one by `save`",
    });
  return { ...JSON.parse(new TextDecoder().decode(model)), weightData: joined([weights]).buffer };
}

/** @throws DiagnosticError P7008 */
export async function savedMasks(storage: PageStorage, name: string): Promise<Masks> {
  try {
    const bytes = await storage.read(`${name}/${masksFile}`);
    if (bytes === null) throw new Error("there are none");
    return masksIn(decodeTensors(bytes));
  } catch (cause) {
    raise("P7008", `the masks cannot be read from \`${name}\``, {
      notes: [reasonOf(cause)],
      help: "name what a program of this page has saved",
    });
  }
}

/** Own results first, as `load` names them. */
export const ticket = ({ out }: Pick<Options, "out">, path: string): string => at(out, path);
