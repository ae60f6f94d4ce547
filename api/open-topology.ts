import { basename, dirname, resolve } from "node:path";
import { DiagnosticError, type Diagnostic } from "../core/diagnostics/diagnostic.js";
import { readNetwork } from "../core/network/index.js";
import type { Network } from "../core/network/types.js";
import { readTopologyFile } from "../runtime/model/topology-file.js";

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
  try {
    const { json, file } = await readTopologyFile(where);
    const name = basename(file) === "model.json" ? basename(dirname(resolve(file))) : basename(file, ".json");
    return readNetwork(json, { name });
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    return { network: null, diagnostics: cause.diagnostics };
  }
}
