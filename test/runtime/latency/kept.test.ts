import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { timedCalls } from "../../../core/latency/calls.js";
import type { LatencyTable } from "../../../core/latency/table.js";
import { openBackend } from "../../../runtime/backend/index.js";
import { tf } from "../../../runtime/backend/tf.js";
import { measureLatencyTable } from "../../../runtime/latency/measure.js";
import { chain } from "../../helpers/latency-networks.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "espalier-times-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
  vi.resetModules();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const network = chain([2, 3]);
const wanted = { network, batch: 1 };
/** As a new process: what an earlier one measured is in its files alone. */
const fresh = () => {
  vi.resetModules();
  return import("../../../runtime/latency/kept.js");
};
const fileIn = async (): Promise<string> => {
  const [name = ""] = await readdir(join(folder, "espalier"));
  return join(folder, "espalier", name);
};

test("times every layer over its counts, and the whole, and leaves no tensor behind", async () => {
  const backend = await openBackend({ backend: "cpu" });
  const before = tf.memory().numTensors;
  let ticks = 0;
  const table = measureLatencyTable(backend, network, {
    machine: { cpu: "", cores: 1 },
    now: () => (ticks += 1),
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(table.rows.map(({ key }) => key)).toEqual(timedCalls(network).map(({ key }) => key));
  for (const { in: read, out, ms } of table.rows) expect(ms).toHaveLength(read.length * out.length);
  expect(table.wholes.map(({ kept }) => kept)).toEqual([1, 0.5, 0.25]);
  // Whatever it is, the clock ticks once.
  expect(new Set(table.rows.flatMap(({ ms }) => ms))).toEqual(new Set([1]));
});

test("is measured once, kept with its conditions, and found by the next process; another batch is another table", async () => {
  const backend = await openBackend({ backend: "cpu" });
  const first = await fresh();
  expect(await first.knownLatencyTable({ backend: "cpu" }, wanted)).toBeNull();
  const table = await first.latencyTableOf(backend, wanted);
  const second = await fresh();
  expect(await second.knownLatencyTable({ backend: "cpu" }, wanted)).toEqual(table);
  expect(await second.latencyTableOf(backend, wanted)).toEqual(table);
  expect(await second.knownLatencyTable({ backend: "wasm" }, wanted)).toBeNull();
  expect(await second.knownLatencyTable({ backend: "cpu" }, { network, batch: 2 })).toBeNull();
  expect(await second.knownLatencyTable({ backend: "cpu" }, { network: chain([2, 4]), batch: 1 })).toBeNull();
});

test("what is cut short, of other conditions or other layers is measured anew", async () => {
  const backend = await openBackend({ backend: "cpu" });
  await (await fresh()).latencyTableOf(backend, wanted);
  const file = await fileIn();
  const text = await readFile(file, "utf8");
  const { conditions, table } = JSON.parse(text) as { conditions: string; table: LatencyTable };
  const broken = [
    text.slice(0, text.length / 2),
    "",
    "[]",
    JSON.stringify({ conditions: conditions.replace("cpu", "gpu"), table }),
    JSON.stringify({ conditions, table: { ...table, rows: table.rows.slice(1) } }),
    JSON.stringify({ conditions, table: { ...table, batch: 7 } }),
    JSON.stringify({ conditions, table: { ...table, latency: 2 } }),
  ];
  for (const one of broken) {
    await writeFile(file, one);
    const next = await fresh();
    expect(await next.knownLatencyTable({ backend: "cpu" }, wanted), one.slice(0, 40)).toBeNull();
  }
  await (await fresh()).latencyTableOf(backend, wanted);
  expect(await (await fresh()).knownLatencyTable({ backend: "cpu" }, wanted)).not.toBeNull();
});

test("two processes at once each have a whole table, and so has who comes after them", async () => {
  const backend = await openBackend({ backend: "cpu" });
  const [one, other] = [await fresh(), await fresh()];
  const tables = await Promise.all([
    one.latencyTableOf(backend, wanted),
    other.latencyTableOf(backend, wanted),
  ]);
  const kept = await (await fresh()).knownLatencyTable({ backend: "cpu" }, wanted);
  expect(tables).toContainEqual(kept);
  expect(await readdir(join(folder, "espalier"))).toHaveLength(1);
});

test("without a folder to write to, a process keeps what it measured to itself", async () => {
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "file"));
  await writeFile(join(folder, "file"), "");
  const backend = await openBackend({ backend: "cpu" });
  const own = await fresh();
  const table = await own.latencyTableOf(backend, wanted);
  expect(await own.latencyTableOf(backend, wanted)).toBe(table);
});
