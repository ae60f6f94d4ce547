import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quote, quotePath } from "../../core/diagnostics/quote.js";
import { isObject } from "../../core/network/json.js";
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
    const given = await stat(path);
    const file = given.isDirectory() ? join(path, "model.json") : path;
    const found = given.isDirectory() ? await stat(file) : given;
    return found.isFile() ? { file, bytes: found.size } : missing(path, "it is not a file");
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return missing(path, reasonOf(error));
  }
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
  const text = await readFile(file, "utf8").catch((cause: unknown) => missing(path, reasonOf(cause)));
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
