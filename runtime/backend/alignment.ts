import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Alignment } from "../../core/schedule/alignment.js";
import { machineBackends, type BackendName } from "../types.js";
import { conditionsOf } from "./conditions.js";
import { cacheFolder, digest, isRecord, keep } from "./machine.js";
import type { Backend, BackendOptions } from "./types.js";

/** Raised whenever what is measured changes. */
const measurement = { alignment: 2 };

/** Read once for a process, and again where it was measured anew. */
const known = new Map<string, Alignment>();

/**
 * What was measured of the backend asked for (of `auto`: of the fastest that something is known of) by an earlier process; null where
 * nothing was. Loads no TensorFlow.js.
 */
export async function knownAlignment({
  backend = "auto",
  threads = 1,
}: BackendOptions): Promise<Alignment | null> {
  for (const name of backend === "auto" ? machineBackends : [backend]) {
    const found = await kept(name, threads).catch(() => null);
    if (found !== null) return found;
  }
  return null;
}

/** What this backend computes fastest: as found before, else (or `fresh`) measured now, in some seconds. */
export async function alignmentOf(backend: Backend, { fresh = false } = {}): Promise<Alignment> {
  const { name, description } = backend;
  // Plain JavaScript computes number by number.
  if (name === "cpu") return { on: description, aligned: 1, gains: [] };
  const threads = Number.isNaN(backend.threads) ? 1 : backend.threads;
  const found = fresh ? null : await kept(name, threads);
  if (found !== null) return found;
  const { measureAlignment } = await import("./measure-alignment.js");
  const measured = measureAlignment(backend);
  await keepAlignment(measured, name, threads);
  return measured;
}

/** Keeps what was measured for the processes to come. */
export async function keepAlignment(measured: Alignment, backend: BackendName, threads = 1): Promise<void> {
  const conditions = conditionsOf(measurement, backend, threads);
  const file = fileOf(conditions);
  known.set(file ?? conditions, measured);
  if (file !== null) await keep(file, JSON.stringify({ conditions, measured }));
}

async function kept(backend: BackendName, threads: number): Promise<Alignment | null> {
  const conditions = conditionsOf(measurement, backend, threads);
  const file = fileOf(conditions);
  const remembered = known.get(file ?? conditions);
  if (remembered !== undefined || file === null) return remembered ?? null;
  const text = await readFile(file, "utf8").catch(() => "");
  const read = readAlignment(text, conditions);
  if (read !== null) known.set(file, read);
  return read;
}

function fileOf(conditions: string): string | null {
  const folder = cacheFolder();
  return folder === null ? null : join(folder, `alignment-${digest(conditions)}.json`);
}

/** Null for whatever is no measurement under these conditions. */
function readAlignment(text: string, conditions: string): Alignment | null {
  try {
    const file: unknown = JSON.parse(text);
    if (!isRecord(file) || file["conditions"] !== conditions || !isRecord(file["measured"])) return null;
    const { on, aligned, gains } = file["measured"];
    if (typeof on !== "string" || !isMultiple(aligned) || !Array.isArray(gains)) return null;
    const rows = gains.flatMap((row: unknown) => {
      if (!isRecord(row)) return [];
      const { of, gain } = row;
      return isMultiple(of) && typeof gain === "number" && gain > 0 ? [{ of, gain }] : [];
    });
    return { on, aligned, gains: rows };
  } catch {
    return null;
  }
}

const isMultiple = (value: unknown): value is number =>
  typeof value === "number" && [1, 2, 4, 8, 16].includes(value);
