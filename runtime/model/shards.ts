import { counted } from "../../core/ir/words.js";
import { open, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quote } from "../../core/diagnostics/quote.js";
import { decode, type StoredWeight } from "./decode.js";
import { isPlainPath, outsideOf, type WeightEntry, type WeightGroup } from "./manifest.js";
import { reasonOf } from "../reason.js";

interface Shard {
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
}

/** Only plain relative names inside the model's folder, links followed. */
async function locate(folder: string, path: string): Promise<Shard> {
  if (!isPlainPath(path)) outsideOf(path);
  const root = await realpath(folder);
  let file: string;
  let bytes: number;
  try {
    file = await realpath(join(root, path));
    const found = await stat(file);
    if (!found.isFile()) return raise("P5106", `${quote(path)} is not a file`);
    bytes = found.size;
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      return raise("P5106", `the weight file ${quote(path)} cannot be read`, {
        notes: [reasonOf(error)],
        help: "keep the weight files beside their model.json",
      });
    }
    throw error;
  }
  const inside = relative(root, file);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) outsideOf(path);
  return { path, file, bytes };
}

/** The files of one group, their sizes compared with the manifest. */
async function filesOf(folder: string, group: WeightGroup): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  for (const path of group.paths) shards.push(await locate(folder, path));
  const there = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  if (there !== group.bytes) {
    const files = shards.map((shard) => `${shard.path} has ${counted(shard.bytes, "bytes")}`);
    const last = group.entries[group.entries.length - 1];
    raise("P5107", `the weight files hold ${counted(there, "bytes")}, the manifest asks for ${group.bytes}`, {
      notes: [
        ...files.slice(0, 4),
        ...(there < group.bytes && last ? [`the last weight is ${quote(last.name)}`] : []),
      ],
      help:
        there < group.bytes
          ? "copy the model again: a file seems to be cut off"
          : "the files and model.json do not belong together",
    });
  }
  return shards;
}

/** @throws DiagnosticError P5105 to P5107 where a file of weights is not what the manifest says */
export async function checkShards(folder: string, groups: readonly WeightGroup[]): Promise<void> {
  for (const group of groups) await filesOf(folder, group);
}

/** Reads the weights of one group. The sizes of the files are known before memory is taken. */
async function readGroup(folder: string, group: WeightGroup): Promise<StoredWeight[]> {
  const shards = await filesOf(folder, group);
  const out: StoredWeight[] = [];
  let offset = 0;
  for (const entry of group.entries) {
    const bytes = allocate(entry);
    await readRange(shards, offset, bytes);
    offset += entry.bytes;
    out.push({ name: entry.name, shape: entry.shape, data: decode(entry, bytes) });
  }
  return out;
}

function allocate(entry: WeightEntry): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(entry.bytes);
  } catch {
    return raise(
      "P5102",
      `weight ${quote(entry.name)} has ${counted(entry.bytes, "bytes")}, which do not fit into memory`,
    );
  }
}

/** Fills `target` from the shards as if they were one file, from byte `from` on. */
async function readRange(shards: readonly Shard[], from: number, target: Uint8Array): Promise<void> {
  let start = 0;
  let done = 0;
  for (const shard of shards) {
    const inside = from + done - start;
    const wanted = Math.min(shard.bytes - inside, target.length - done);
    if (inside >= 0 && wanted > 0) {
      await readPart(shard, inside, target.subarray(done, done + wanted));
      done += wanted;
    }
    start += shard.bytes;
  }
}

async function readPart(shard: Shard, from: number, target: Uint8Array): Promise<void> {
  const handle = await open(shard.file, "r");
  try {
    for (let done = 0; done < target.length;) {
      const length = Math.min(target.length - done, 2 ** 30);
      const { bytesRead } = await handle.read(target, done, length, from + done);
      if (bytesRead === 0) {
        raise("P5107", `the weight file ${quote(shard.path)} became shorter while it was read`);
      }
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** All weights that a manifest names, in its order. */
export async function readShards(folder: string, groups: readonly WeightGroup[]): Promise<StoredWeight[]> {
  const out: StoredWeight[] = [];
  for (const group of groups) for (const weight of await readGroup(folder, group)) out.push(weight);
  return out;
}
