import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, homedir, release } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** What is found out once for a machine is kept in a folder of the user's, under what it depends on. Loads no TensorFlow.js. */

/** The machine, as far as speed and faults of kernels depend on it. */
export const machine = () => ({
  node: process.version,
  system: [process.platform, process.arch, release()],
  processor: processor(),
  threads: availableParallelism(),
});

/** What TensorFlow and its libraries read from the environment. */
export const librarySettings = (): readonly (readonly [string, string | undefined])[] =>
  Object.entries(process.env)
    .filter(([name]) => /^(TF_(?!CPP_)|ONEDNN_|DNNL_|OMP_)/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** Under a name of its own first, so that who reads meanwhile finds a whole file. A folder that takes none costs a trial per process. */
export async function keep(file: string, text: string): Promise<void> {
  const part = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, text);
    await rename(part, file);
  } catch {
    await rm(part, { force: true }).catch(() => {});
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The model of the processor and, where the system tells, its instruction sets. */
function processor(): readonly (string | undefined)[] {
  try {
    const [first = ""] = readFileSync("/proc/cpuinfo", "utf8").split("\n\n", 1);
    return first.split("\n").filter((line) => /^(vendor_id|cpu family|model|flags|Features)\b/.test(line));
  } catch {
    return [cpus()[0]?.model];
  }
}

/** Names, sizes and times of the files in a folder (or of one file): another library has others. */
export function filesOf(path: string): readonly (readonly [string, number, number])[] {
  try {
    const names = statSync(path).isDirectory() ? readdirSync(path).sort() : [""];
    return names.map((name) => {
      const { size, mtimeMs } = statSync(join(path, name));
      return [name, size, mtimeMs];
    });
  } catch {
    return [];
  }
}

/** Where this system keeps what programs can make anew. */
export function cacheFolder(): string | null {
  const { XDG_CACHE_HOME: xdg = "", LOCALAPPDATA: local = "" } = process.env;
  try {
    if (isAbsolute(xdg)) return join(xdg, "espalier");
    if (process.platform === "win32" && isAbsolute(local)) return join(local, "espalier", "cache");
    return join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache", "espalier");
  } catch {
    return null;
  }
}
