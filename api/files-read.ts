import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { scriptsOf } from "./javascript.js";
import type { CompiledProgram } from "./compile-program.js";

/** The files that a program was made of, absolute: its texts, the JavaScript that it names, the network's and the data's. Names (`mnist`) and objects are none. */
export async function filesRead({ result, bound }: CompiledProgram): Promise<readonly string[]> {
  const texts = result.files.map((file) => resolve(file));
  return [...texts, ...scriptsOf(result), ...(await filesOf(bound.network)), ...(await filesOf(bound.data))];
}

/** The file itself, there or not; of a folder the model.json in it, where there is one. */
async function filesOf(bound: unknown): Promise<readonly string[]> {
  if (typeof bound !== "string" || !/[./\\]/.test(bound)) return [];
  const path = resolve(bound);
  const facts = await stat(path).catch(() => null);
  if (facts?.isDirectory() !== true) return [path];
  const model = join(path, "model.json");
  return (await stat(model).catch(() => null))?.isFile() === true ? [model] : [];
}
