import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quote, quotePath } from "../../core/diagnostics/quote.js";
import { isObject } from "../../core/network/json.js";
import { refuseAddress, refuseFile, refuseFolder } from "./other-formats.js";
import { reasonOf } from "../reason.js";

/** A model.json with 200 MB of topology has no shape anybody trains. */
export const MAX_JSON_BYTES = 200 * 2 ** 20;

export interface TopologyFile {
  /** Path of the model.json itself. */
  readonly file: string;
  readonly folder: string;
  readonly json: { readonly [key: string]: unknown };
}

/** @throws DiagnosticError P5101 */
export const missing = (path: string, why: string): never =>
  raise("P5101", `there is no model at ${quotePath(path)}`, {
    notes: [why],
    help: "give the path of a model.json, of its folder, or of a JavaScript module that exports the network",
  });

/** Only regular files are read: a pipe would wait for ever. */
async function fileOf(path: string): Promise<{ file: string; bytes: number }> {
  try {
    refuseAddress(path);
    const given = await stat(path);
    if (given.isDirectory()) await refuseFolder(path);
    const file = given.isDirectory() ? join(path, "model.json") : path;
    const found = given.isDirectory() ? await stat(file) : given;
    if (!found.isFile()) return missing(path, "it is not a file");
    await refuseFile(file);
    return { file, bytes: found.size };
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return missing(path, reasonOf(error));
  }
}

/** In UTF-8, or in UTF-16 where a byte order mark says so, as some editors of Windows write it. */
function textOf(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(utf16 ? "utf-16le" : "utf-8").decode(bytes);
}

/** Reads a model.json (or the one in a folder), its size checked first. */
export async function readTopologyFile(path: string): Promise<TopologyFile> {
  const { file, bytes } = await fileOf(path);
  const name = quote(basename(file));
  if (bytes > MAX_JSON_BYTES) {
    raise("P5102", `${name} has ${bytes} bytes`, {
      notes: [`a topology of up to ${MAX_JSON_BYTES} bytes is read`],
    });
  }
  const text = textOf(await readFile(file).catch((cause: unknown) => missing(path, reasonOf(cause))));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return raise("P5103", `${name} is not JSON`, {
      notes: [reasonOf(error)],
      help: "the file may be cut short: copy or save the model again",
    });
  }
  if (!isObject(json)) return raise("P5103", `${name} holds no JSON object`);
  return { file, folder: dirname(file), json };
}
