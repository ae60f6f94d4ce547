import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { npy } from "../../e2e/project.js";
import type { Edits, FileSpec, Files } from "./hand-in.js";

const fixtures = join(import.meta.dirname, "../../fixtures");

/** Writes the files of a case into a folder, over what is there. */
export function makeFiles(folder: string, files: Files): void {
  for (const [name, spec] of Object.entries(files)) {
    const path = join(folder, name);
    if (spec === null) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    if (typeof spec === "object" && "folder" in spec) mkdirSync(path, { recursive: true });
    else if (typeof spec === "object" && "link" in spec) symlinkSync(spec.link, path);
    else if (typeof spec === "object" && "sparse" in spec) {
      writeFileSync(path, "");
      truncateSync(path, spec.sparse);
    } else if (typeof spec === "object" && "copy" in spec) copyFileSync(join(folder, spec.copy), path);
    else writeFileSync(path, contentOf(spec, existsSync(path) ? readFileSync(path) : Buffer.alloc(0)));
  }
}

function contentOf(spec: FileSpec, there: Buffer): string | Uint8Array {
  if (typeof spec === "string") return spec;
  if ("json" in spec) return JSON.stringify(spec.json);
  if ("edit" in spec) return JSON.stringify(edited(JSON.parse(there.toString("utf8")), spec.edit));
  if ("replace" in spec) return there.toString("utf8").replaceAll(spec.replace, spec.by);
  if ("cut" in spec) return there.subarray(0, spec.cut < 0 ? there.length + spec.cut : spec.cut);
  if ("put" in spec) {
    there.set(spec.put, spec.at < 0 ? there.length + spec.at : spec.at);
    return there;
  }
  if ("bytes" in spec) return Uint8Array.from(spec.bytes);
  if ("floats" in spec) return new Uint8Array(Float32Array.from(spec.floats, Number).buffer);
  if ("times" in spec) return (spec.before ?? "") + spec.text.repeat(spec.times) + (spec.after ?? "");
  if ("gzip" in spec) return gzipSync(contentOf(spec.gzip, Buffer.alloc(0)));
  if ("idx" in spec) return idx(spec.idx, spec.values ?? Array<number>(spec.zeros ?? 0).fill(0));
  if ("npy" in spec)
    return array(spec.npy, spec.shape, spec.values ?? Array<number>(spec.zeros ?? 0).fill(0));
  if ("npz" in spec) return archive(spec.npz);
  if ("png" in spec) return png(...spec.png);
  if ("fixture" in spec) return readFileSync(join(fixtures, spec.fixture));
  throw new Error(`this makes no file: ${JSON.stringify(spec)}`);
}

/** JSON with values put at dotted paths; `"$gone"` takes a field away. */
export function edited(json: unknown, edits: Edits): unknown {
  for (const [path, value] of Object.entries(edits)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let at: unknown = json;
    for (const key of keys) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
    if (typeof at !== "object" || at === null) throw new Error(`there is no ${path}`);
    if (value === "$gone") Reflect.deleteProperty(at, last);
    else Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
  }
  return json;
}

/** The format of MNIST: big-endian sizes, then bytes. */
export function idx(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(values)]);
}

function array(type: string, shape: readonly number[], values: readonly number[]): Uint8Array {
  if (type.endsWith("f4")) return npy(type, shape, new Uint8Array(Float32Array.from(values).buffer));
  if (type.endsWith("i4")) return npy(type, shape, new Uint8Array(Int32Array.from(values).buffer));
  return npy(type, shape, Uint8Array.from(values));
}

function archive(files: Readonly<Record<string, FileSpec>>): Uint8Array {
  const made = Object.entries(files).map(([name, spec]): [string, Uint8Array] => {
    const content = contentOf(spec, Buffer.alloc(0));
    return [name, typeof content === "string" ? strToU8(content) : content];
  });
  return zipSync(Object.fromEntries(made));
}

/** A square image of one grey, 8 bits. */
export function png(size: number, grey: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const row = Buffer.alloc(size + 1, grey);
  row[0] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.concat(Array<Buffer>(size).fill(row)));
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
