import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../../compiler/version.js";
import { reasonOf } from "../../../runtime/reason.js";
import { hashOf } from "./digest.js";

/** What a trained network hangs on; the hash of all of it names its place in the cache. */
export interface Parts {
  /** Of espalier. */
  readonly version: string;
  /** Hash of the program's text and of those that it imports. */
  readonly program: string;
  readonly network: string;
  /** Null for a program without data. */
  readonly data: string | null;
  /** Hash of parameters, seed and whatever else the plugin was given for the program. */
  readonly settings: string;
}

/** What the files of an entry are known by; written last, so that an entry without it was cut short. */
interface Manifest {
  readonly parts: Parts;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** A network as it is shipped. */
export interface TrainedFiles {
  readonly model: ModelJson;
  /** By the names that stand in the manifest of the model. */
  readonly weights: ReadonlyMap<string, Buffer>;
}
/** What is asked of a `model.json`. */
export interface ModelJson {
  readonly weightsManifest: readonly { readonly paths: readonly string[] }[];
}

const manifestName = "espalier-entry.json";

export const versionNow = version;

export const entryName = (name: string, parts: Parts): string => `${name}-${hashOf(parts).slice(0, 16)}`;

/** Marks the results of a run as whole and puts them into their place, in one step. */
export async function keepEntry(run: string, entry: string, parts: Parts): Promise<void> {
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const one of await readdir(run, { withFileTypes: true })) {
    if (!one.isFile() || one.name.startsWith(".") || one.name === "loop.mjs" || one.name === manifestName)
      continue;
    const bytes = await readFile(join(run, one.name));
    files[one.name] = { bytes: bytes.length, sha256: sha256(bytes) };
  }
  await writeFile(join(run, manifestName), JSON.stringify({ parts, files } satisfies Manifest, null, 2));
  await rm(entry, { recursive: true, force: true });
  await rename(run, entry);
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The network of an entry; null where there is none, or why it cannot be used. */
export async function readEntry(folder: string): Promise<TrainedFiles | { readonly damaged: string } | null> {
  if ((await readdir(folder).catch(() => null)) === null) return null;
  const manifest = await readManifest(folder);
  if (manifest === null) return { damaged: `it has no readable ${manifestName}: it was cut short` };
  const contents = new Map<string, Buffer>();
  for (const [name, { bytes, sha256: expected }] of Object.entries(manifest.files)) {
    const read = await readFile(join(folder, name)).catch((cause: unknown) => reasonOf(cause));
    if (typeof read === "string") return { damaged: `${name} cannot be read: ${read}` };
    if (read.length !== bytes)
      return { damaged: `${name} has ${read.length} bytes of ${bytes}: it was cut short` };
    if (sha256(read) !== expected) return { damaged: `${name} is not what was written` };
    contents.set(name, read);
  }
  const model: ModelJson | undefined =
    JSON.parse(contents.get("model.json")?.toString("utf8") ?? "null") ?? undefined;
  if (model === undefined) return { damaged: "it holds no model.json" };
  const weights = new Map<string, Buffer>();
  for (const path of model.weightsManifest.flatMap(({ paths }) => paths)) {
    const found = contents.get(path);
    if (found === undefined) return { damaged: `it holds no ${path}` };
    weights.set(path, found);
  }
  return { model, weights };
}

async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    const read: Partial<Manifest> | null = JSON.parse(await readFile(join(folder, manifestName), "utf8"));
    const whole = typeof read?.files === "object" && typeof read.parts === "object" && read.parts !== null;
    return whole ? (read as Manifest) : null;
  } catch {
    return null;
  }
}

/** In what the entries of a cache for the same program differ, a line for each; for whoever wonders why none is used. */
export async function othersIn(cache: string, name: string, wanted: Parts): Promise<readonly string[]> {
  const folders = await readdir(cache).catch(() => []);
  const own = folders.filter(
    (one) => one.startsWith(`${name}-`) && /^[0-9a-f]{16}$/.test(one.slice(name.length + 1)),
  );
  const lines = await Promise.all(
    own.map(async (one) => {
      const manifest = await readManifest(join(cache, one));
      if (manifest === null) return [];
      const { version: made, ...parts } = manifest.parts;
      const changed = Object.entries(parts).flatMap(([part, hash]) =>
        hash === wanted[part as keyof Parts] ? [] : [part],
      );
      const reasons = [
        ...(made === wanted.version ? [] : [`it is of espalier ${made}, this is ${wanted.version}`]),
        ...(changed.length === 0 ? [] : [`since then changed: ${changed.join(", ")}`]),
      ];
      return reasons.length === 0 ? [] : [`there is \`${one}\`: ${reasons.join("; ")}`];
    }),
  );
  return lines.flat();
}
