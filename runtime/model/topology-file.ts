import { DiagnosticError } from "../../grammar/diagnostic.js";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { quote } from "../../compiler/network/problems.js";
import { isObject } from "../../compiler/network/json.js";
import { reasonOf, refuse } from "./problems.js";

/** A model.json with 200 MB of topology has no shape anybody trains. */
export const MAX_JSON_BYTES = 200 * 2 ** 20;

export interface TopologyFile {
  readonly folder: string;
  readonly json: { readonly [key: string]: unknown };
}

/** Only regular files are read: a pipe would wait for ever. */
async function fileOf(path: string): Promise<{ file: string; bytes: number }> {
  const missing = (why: string): never =>
    refuse("P5101", `there is no model at ${quote(path)}`, {
      notes: [why],
      help: "give the path of a model.json or of its folder",
    });
  try {
    const given = await stat(path);
    const file = given.isDirectory() ? join(path, "model.json") : path;
    const found = given.isDirectory() ? await stat(file) : given;
    return found.isFile() ? { file, bytes: found.size } : missing("not a file");
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return missing(
      error instanceof Error && "code" in error && error.code === "ENOENT" ? "no such file" : reasonOf(error),
    );
  }
}

/** Reads a model.json (or the one in a folder), its size checked first. */
export async function readTopologyFile(path: string): Promise<TopologyFile> {
  const { file, bytes } = await fileOf(path);
  const name = quote(basename(file));
  if (bytes > MAX_JSON_BYTES) {
    refuse("P5102", `${name} has ${bytes} bytes`, {
      notes: [`a topology of up to ${MAX_JSON_BYTES} bytes is read`],
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    return refuse("P5103", `${name} is not JSON`, { notes: [reasonOf(error)] });
  }
  if (!isObject(json)) return refuse("P5103", `${name} holds no JSON object`);
  return { folder: dirname(file), json };
}
