import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** When each module changed last, as it was first imported. */
const first = new Map<string, number>();

/**
 * The URL to import a module of the user by. Node keeps modules for good, so one that changed since it was imported, under `--watch` or
 * in a bundler's server, gets another URL; modules that it imports stay as they were.
 */
export async function moduleUrl(path: string): Promise<string> {
  const file = resolve(path);
  const url = pathToFileURL(file).href;
  const changed = (await stat(file).catch(() => null))?.mtimeMs ?? 0;
  const known = first.get(file) ?? changed;
  first.set(file, known);
  return known === changed ? url : `${url}?${changed}`;
}
