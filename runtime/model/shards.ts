import { open, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { quote } from "../../compiler/network/problems.js";
import { decode } from "./decode.js";
import type { WeightGroup } from "./manifest.js";
import { reasonOf, refuse } from "./problems.js";

/** Name and values of a weight as stored, before it is matched to a layer. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface Shard {
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
}

/** Only plain relative names inside the model's folder, links followed. */
async function locate(folder: string, path: string): Promise<Shard> {
  const unsafe =
    path === "" ||
    path.includes("\0") ||
    path.includes("\\") ||
    isAbsolute(path) ||
    /^[a-z][a-z0-9+.-]*:/i.test(path) ||
    path.split("/").includes("..");
  const outside = (): never =>
    refuse("P5105", `the weight manifest names the file ${quote(path)}`, {
      notes: ["weight files lie in the folder of their model.json"],
    });
  if (unsafe) outside();
  const root = await realpath(folder);
  let file: string;
  let bytes: number;
  try {
    file = await realpath(join(root, path));
    const found = await stat(file);
    if (!found.isFile()) return refuse("P5106", `${quote(path)} is not a file`);
    bytes = found.size;
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      return refuse("P5106", `the weight file ${quote(path)} is missing`, {
        notes: [reasonOf(error).replace(root, ".")],
      });
    }
    throw error;
  }
  const inside = relative(root, file);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) outside();
  return { path, file, bytes };
}

/** Reads the weights of one group. The sizes of the files are compared with the manifest before memory is taken. */
async function readGroup(folder: string, group: WeightGroup): Promise<StoredWeight[]> {
  const shards: Shard[] = [];
  for (const path of group.paths) shards.push(await locate(folder, path));
  const there = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  if (there !== group.bytes) {
    const files = shards.map((shard) => `${shard.path} has ${shard.bytes} bytes`);
    const last = group.entries[group.entries.length - 1];
    refuse("P5107", `the weight files hold ${there} bytes, the manifest asks for ${group.bytes}`, {
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
  const bytes = new Uint8Array(group.bytes);
  let at = 0;
  for (const shard of shards) at += await readInto(shard, bytes.subarray(at, at + shard.bytes));
  let offset = 0;
  return group.entries.map((entry) => {
    const data = decode(entry, bytes, offset);
    offset += entry.bytes;
    return { name: entry.name, shape: entry.shape, data };
  });
}

async function readInto(shard: Shard, target: Uint8Array): Promise<number> {
  const handle = await open(shard.file, "r");
  try {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await handle.read(target, done, Math.min(target.length - done, 2 ** 30), done);
      if (bytesRead === 0)
        refuse("P5107", `the weight file ${quote(shard.path)} became shorter while it was read`);
      done += bytesRead;
    }
    return done;
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
