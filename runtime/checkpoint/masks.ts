import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import type { HeldMasks } from "../../core/masks/state.js";
import type { Network } from "../../core/network/types.js";
import { reasonOf } from "../reason.js";
import { heldIn, masksFile, masksIn, type Masks } from "./held-masks.js";
import { DamagedTensors, decodeTensors } from "./safetensors.js";

/** Nobody's masks are larger; the file is not read then. */
const largest = 2 ** 31;

/**
 * The masks that a run left in its output folder.
 * @throws DiagnosticError P7008 where there are none, or they cannot be read
 */
export const readMasks = (folder: string): Promise<Masks> => decodeMasks(join(folder, masksFile));

/** @throws DiagnosticError P7008 */
async function decodeMasks(file: string, help = "name the output directory of a run"): Promise<Masks> {
  try {
    if ((await stat(file)).size > largest) throw new DamagedTensors("it is too large");
    return masksIn(decodeTensors(await readFile(file)));
  } catch (cause) {
    raise("P7008", `the masks cannot be read from \`${file}\``, { notes: [reasonOf(cause)], help });
  }
}

/**
 * The masks that lie beside a network's `model.json`: what was dead stays so. Null where there are none, or nothing of them is dead.
 * @throws DiagnosticError P7008 for a file that cannot be read or is of another network
 */
export async function masksBeside(source: unknown, network: Network): Promise<HeldMasks | null> {
  if (typeof source !== "string" || /\.[cm]?js$/.test(source)) return null;
  const path = resolve(source);
  const file = join(basename(path).endsWith(".json") ? dirname(path) : path, masksFile);
  if ((await stat(file).catch(() => null)) === null) return null;
  const help = "move it away, or let it be by `--no-masks`";
  return heldIn(await decodeMasks(file, help), network, help);
}
