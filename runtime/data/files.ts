import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";

/** Largest file, and largest unpacked content, that is read into memory: 4 GiB. */
export const MAX_BYTES = 4 * 2 ** 30;

/** A file's bytes, unpacked when its name ends in `.gz`. Throws a diagnostic when it is missing, too large or damaged. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const facts = await stat(path).catch(() => null);
  if (!facts?.isFile()) raise("P6001", `there is no data file \`${path}\``);
  if (facts.size > MAX_BYTES)
    raise("P6008", `\`${basename(path)}\` has ${facts.size} bytes`, {
      help: `files up to ${MAX_BYTES} bytes are read; use a JavaScript module that yields batches for more`,
    });
  const bytes = await readFile(path).catch((cause: unknown) => {
    raise("P6001", `\`${path}\` cannot be read: ${reasonOf(cause)}`);
  });
  if (!path.endsWith(".gz")) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    raise("P6003", `\`${basename(path)}\` cannot be unpacked: ${reasonOf(cause)}`, {
      help: "the download may be incomplete; fetch the file again",
    });
  }
}
