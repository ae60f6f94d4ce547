import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Diagnostic } from "../../grammar/diagnostic.js";
import { readNetwork } from "../../compiler/network/index.js";
import type { Network } from "../../compiler/network/types.js";
import { commandDiagnostic } from "../codes.js";

/** Largest `model.json`; ResNet-50's has 0.2 MB. */
const MAX_BYTES = 256 * 2 ** 20;

export interface OpenedTopology {
  readonly network: Network | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** True for what `openTopology` can read: a `model.json` or a folder, not a JavaScript module. */
export function isTopologyPath(where: string): boolean {
  return !/\.(js|mjs|cjs)$/.test(where);
}

/** Reads the topology of a `model.json` alone: no weights, and TensorFlow.js is not loaded. */
export async function openTopology(where: string): Promise<OpenedTopology> {
  const refuse = (message: string, help?: string) => ({
    network: null,
    diagnostics: [commandDiagnostic("P9506", message, help)],
  });
  const facts = await stat(where).catch(() => null);
  if (!facts)
    return refuse(
      `there is no network \`${where}\``,
      "name a model.json, its folder, or a JavaScript module that exports the network",
    );
  const path = facts.isDirectory() ? join(where, "model.json") : where;
  const file = facts.isDirectory() ? await stat(path).catch(() => null) : facts;
  if (!file?.isFile()) return refuse(`\`${where}\` holds no model.json`);
  if (file.size > MAX_BYTES) return refuse(`\`${path}\` has ${file.size} bytes, which is no topology`);
  try {
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    return readNetwork(json, {
      name: basename(path) === "model.json" ? basename(dirname(path)) : basename(path, ".json"),
    });
  } catch (cause) {
    if (cause instanceof SyntaxError)
      return refuse(
        `\`${path}\` is not JSON: ${cause.message}`,
        "the file may be cut short; write the model again",
      );
    return refuse(`\`${path}\` cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
