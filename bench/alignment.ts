import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { costs } from "../core/network/costs.js";
import { readNetwork } from "../core/network/read.js";
import { multiples } from "../core/schedule/alignment.js";
import { openBackend } from "../runtime/backend/index.js";
import { measureAlignment } from "../runtime/backend/measure-alignment.js";
import { compareLatency } from "../runtime/executor/index.js";
import { abs, sum } from "../runtime/expressions.js";
import { openRun, type RunOptions } from "../runtime/index.js";
import { saveModel } from "../runtime/model/index.js";
import { randomStore, seeded } from "../test/helpers/stock.js";
import { resnet20 } from "./models.js";
import { writeResult } from "./result.js";

/**
 * Whether smaller is faster: three networks that lost 30 % of the filters of every layer, their counts aligned to 1, 2, 4, 8 and 16,
 * against the whole network, all timed in turns; and what the backend is measured to be fastest at, which `aligned to auto` takes.
 */

const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"));
const SIZE = 96;

/** A family of keras.applications as Keras writes it, for images of 96×96, with weights that mean nothing. */
async function application(family: string): Promise<RunOptions["network"]> {
  const file = `test/oracles/keras-applications/keras2/${family}.json.gz`;
  const recorded: { readonly topology: unknown } = JSON.parse(gunzipSync(readFileSync(file)).toString());
  const text = JSON.stringify(recorded.topology).replace(
    /"batch_(input_)?shape":\[null,[^\]]*,3\]/g,
    (_, input: string | undefined) => `"batch_${input ?? ""}shape":[null,${SIZE},${SIZE},3]`,
  );
  const { network } = readNetwork(JSON.parse(text));
  if (network === null) throw new Error(`${family} is not read`);
  return (await saveModel(network, randomStore(network, seeded(3)), join(folder, family))).model;
}

type Made = RunOptions["network"];
const networks: Readonly<Record<string, () => Made | Promise<Made>>> = {
  "ResNet-20, 32×32": () => resnet20(),
  "MobileNetV2, 96×96": () => application("MobileNetV2"),
  "EfficientNetB0, 96×96": () => application("EfficientNetB0"),
};

/** The network as it is (`aligned` null) or cut. */
async function cut(network: RunOptions["network"], backend: "node" | "wasm", aligned: number | null) {
  const run = await openRun({ network, backend, latency: false });
  if (aligned !== null) {
    await run.prune(1, { structure: "filters", by: sum(abs("w")), scope: "local", drop: 0.3, aligned });
    await run.slim(2);
  }
  return { aligned, run, macs: costs(run.session.network).macs };
}

async function latencies(made: () => Made | Promise<Made>, backend: "node" | "wasm") {
  const network = await made();
  const sizes: Awaited<ReturnType<typeof cut>>[] = [];
  for (const aligned of [null, 1, ...multiples]) sizes.push(await cut(network, backend, aligned));
  const executors = sizes.map(({ run }) => run.session.executor);
  const single = compareLatency(executors, { batch: 1, runs: 40, seconds: 3 });
  const batch = compareLatency(executors, { batch: 32, runs: 14, seconds: 5 });
  const [whole] = sizes;
  const rows = sizes.map(({ aligned, macs }, i) => {
    const speed = (all: typeof single) => (all[0]?.median ?? NaN) / (all[i]?.median ?? NaN);
    return {
      aligned: aligned ?? "whole",
      macs: macs / (whole?.macs ?? NaN),
      milliseconds: { single: single[i]?.median, batch: batch[i]?.median },
      timesAsFast: { single: speed(single), batch: speed(batch) },
    };
  });
  for (const { run } of sizes) await run.finish();
  return rows;
}

try {
  for (const backend of ["node", "wasm"] as const) {
    const opened = await openBackend({ backend }).catch(() => null);
    if (opened === null) {
      console.log(`backend ${backend} does not open here`);
      continue;
    }
    const { aligned, gains } = measureAlignment(opened);
    const rows: Record<string, unknown> = {};
    for (const [name, made] of Object.entries(networks)) rows[name] = await latencies(made, backend);
    writeResult(`alignment-${backend}`, { on: opened.description, auto: aligned, gains, networks: rows });
  }
} finally {
  rmSync(folder, { recursive: true });
}
