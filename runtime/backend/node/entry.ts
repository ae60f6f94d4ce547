import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { filesOf } from "../machine.js";

/** Not a literal, so that the compiler does not look for an optional package. */
export const PACKAGE: string = "@tensorflow/tfjs-node";

/** The file that loads tfjs-node. Throws when it is not installed; bundlers and test runners word that in ways of their own. */
export const nativeEntry = (): string => createRequire(import.meta.url).resolve(PACKAGE);

/** What tells one installed library from another. */
export function nativeFiles(entry: string) {
  const folder = join(dirname(entry), "..");
  return ["package.json", "deps/lib", "lib/napi-v8"].flatMap((name) => filesOf(join(folder, name)));
}
