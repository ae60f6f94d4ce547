import { costs } from "../core/network/costs.js";
import { multiples } from "../core/schedule/alignment.js";
import { openBackend } from "../runtime/backend/index.js";
import { measureAlignment } from "../runtime/backend/measure-alignment.js";
import { compareLatency } from "../runtime/executor/index.js";
import { abs, sum } from "../runtime/expressions.js";
import { openRun, type RunOptions } from "../runtime/index.js";
import { writeResult } from "./result.js";
import { networks, tidyUp, type Made } from "./timed-networks.js";

/**
 * Whether smaller is faster: three networks that lost 30 % of the filters of every layer, their counts aligned to 1, 2, 4, 8 and 16,
 * against the whole network, all timed in turns; and what the backend is measured to be fastest at, which `aligned to auto` takes.
 */

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
  tidyUp();
}
