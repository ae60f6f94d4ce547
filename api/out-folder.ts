import { access, constants, stat } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { makeFolder } from "../runtime/checkpoint/files.js";
import { diagnostic } from "../core/diagnostics/create.js";
import { reasonOf } from "../runtime/reason.js";

/** Makes the folder that results go to; a diagnostic when it cannot be, or holds the network that is to be pruned. */
export async function openOutFolder(out: string, network: unknown): Promise<Diagnostic | null> {
  const shown = relative(process.cwd(), out) || ".";
  if (typeof network === "string" && (await holds(out, network))) {
    const help = "name another folder by `--out`; a run that is resumed reads the network again";
    return diagnostic("P9502", `\`${shown}\` holds the network itself`, null, { help });
  }
  try {
    await makeFolder(out);
    await access(out, constants.W_OK);
    return null;
  } catch (cause) {
    const help = "name another folder by `--out`";
    return diagnostic("P9502", `\`${shown}\` cannot be written: ${reasonOf(cause)}`, null, { help });
  }
}

/** Whether the results would take the place of the network's own `model.json`. */
async function holds(out: string, network: string): Promise<boolean> {
  if (/\.[cm]?js$/.test(network)) return false;
  const path = resolve(network);
  const facts = await stat(path).catch(() => null);
  return facts !== null && (facts.isDirectory() ? path : dirname(path)) === resolve(out);
}
