import { cpus } from "node:os";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { networkKey } from "../../core/latency/calls.js";
import type { LatencyTable } from "../../core/latency/table.js";
import { conditionsOf } from "../backend/conditions.js";
import { cacheFolder, digest, isRecord, keep } from "../backend/machine.js";
import type { Backend, BackendOptions } from "../backend/types.js";
import { machineBackends, type BackendName } from "../types.js";
import { fits } from "./given.js";
import type { Wanted } from "./wanted.js";

/** Raised whenever what is measured changes. */
const measurement = { latency: 1 };

/** What this process measured or read: all that there is where no folder can be written to. */
const known = new Map<string, LatencyTable>();

/** What was measured of the backend asked for (of `auto`: of the fastest that something is known of); null where nothing was. */
export async function knownLatencyTable(
  { backend = "auto", threads = 1 }: BackendOptions,
  wanted: Wanted,
): Promise<LatencyTable | null> {
  for (const name of backend === "auto" ? machineBackends : [backend]) {
    const found = await kept(name, threads, wanted).catch(() => null);
    if (found !== null) return found;
  }
  return null;
}

/** The times of the layers of a network on this backend: as found before, else (or `fresh`) measured now, in some seconds. */
export async function latencyTableOf(
  backend: Backend,
  wanted: Wanted,
  { fresh = false } = {},
): Promise<LatencyTable> {
  const threads = Number.isNaN(backend.threads) ? 1 : backend.threads;
  const found = fresh ? null : await kept(backend.name, threads, wanted);
  if (found !== null) return found;
  const { measureLatencyTable } = await import("./measure.js");
  const { network, ...options } = wanted;
  const machine = { cpu: cpus()[0]?.model ?? "", cores: cpus().length };
  const table = measureLatencyTable(backend, network, { ...options, machine });
  const conditions = conditionsFor(backend.name, threads, wanted);
  const file = fileOf(conditions);
  known.set(conditions, table);
  if (file !== null) await keep(file, JSON.stringify({ conditions, table }));
  return table;
}

const conditionsFor = (backend: BackendName, threads: number, { network, batch }: Wanted): string =>
  conditionsOf({ ...measurement, batch, network: networkKey(network) }, backend, threads);

function fileOf(conditions: string): string | null {
  const folder = cacheFolder();
  return folder === null ? null : join(folder, `latency-${digest(conditions)}.json`);
}

/** Null for whatever is no whole table of this network under these conditions. */
async function kept(backend: BackendName, threads: number, wanted: Wanted): Promise<LatencyTable | null> {
  const conditions = conditionsFor(backend, threads, wanted);
  const remembered = known.get(conditions);
  const file = fileOf(conditions);
  if (remembered !== undefined || file === null) return remembered ?? null;
  try {
    const read: unknown = JSON.parse(await readFile(file, "utf8"));
    if (!isRecord(read) || read["conditions"] !== conditions) return null;
    const { table } = read;
    if (!fits(table, wanted.network, wanted.batch)) return null;
    known.set(conditions, table);
    return table;
  } catch {
    return null;
  }
}
