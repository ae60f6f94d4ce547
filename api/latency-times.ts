import { readFile } from "node:fs/promises";
import { raise } from "../core/diagnostics/create.js";
import type { LatencyTable } from "../core/latency/table.js";
import type { Network } from "../core/network/types.js";
import type { BackendOptions } from "../runtime/backend/types.js";
import type { LiveModel } from "../runtime/model/index.js";

export interface LatencyGiven {
  /**
   * Times of layers that `latency` in the program goes by: a table, a report that holds one, or the path of a file of either. Default:
   * those that this machine keeps, else measured where `measure` says so.
   */
  readonly latencyTable?: unknown;
  /** Examples of the predictions whose time `latency` is. Default 1, or as many as `latencyTable` is of. */
  readonly latencyBatch?: number | undefined;
  /** Whether layers are timed now where their times are asked for and not known, which takes some seconds. Default false; `run` does. */
  readonly measure?: boolean | undefined;
}

/** What the times are of: a network, where it lies, and the backend it will run on. */
interface Of {
  readonly network: Network;
  readonly from: string | LiveModel;
  readonly on: BackendOptions;
  readonly seed: number;
}

/** The times of the layers of a network; null where none are known and none shall be measured. @throws DiagnosticError P7024 */
export async function latencyTimes(
  { latencyTable, latencyBatch, measure = false }: LatencyGiven,
  { network, from, on, seed }: Of,
): Promise<LatencyTable | null> {
  if (latencyTable !== undefined && latencyTable !== null) {
    const { tableFor } = await import("../runtime/latency/given.js");
    const isPath = typeof latencyTable === "string";
    const given: unknown = isPath ? await jsonIn(latencyTable) : latencyTable;
    return tableFor(given, network, latencyBatch ?? null, isPath ? `\`${latencyTable}\`` : undefined);
  }
  const { knownLatencyTable, latencyTableOf } = await import("../runtime/latency/kept.js");
  const batch = latencyBatch ?? 1;
  const known = await knownLatencyTable(on, { network, batch });
  if (known !== null || !measure) return known;
  const { openBackend } = await import("../runtime/backend/index.js");
  const { loadModel } = await import("../runtime/model/index.js");
  const backend = await openBackend(on);
  const { store } = await loadModel(from, { seed });
  return latencyTableOf(backend, { network, batch, own: store });
}

async function jsonIn(path: string): Promise<unknown> {
  const help = "name the `report.json` of a run whose program says `latency`";
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    return raise("P7024", `\`${path}\` cannot be read: ${why}`, { help });
  });
  try {
    return JSON.parse(text);
  } catch {
    raise("P7024", `\`${path}\` is no JSON`, { help });
  }
}
