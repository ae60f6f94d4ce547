import { latencyModel } from "../core/latency/model.js";
import { wholeTime } from "../core/latency/table.js";
import { measure } from "../core/masks/measure.js";
import { newMaskState } from "../core/masks/state.js";
import { openBackend } from "../runtime/backend/index.js";
import { compareLatency } from "../runtime/executor/index.js";
import { abs, sum } from "../runtime/expressions.js";
import { openRun } from "../runtime/index.js";
import { measureLatencyTable } from "../runtime/latency/measure.js";
import { cpus } from "node:os";
import { networks, tidyUp, type Made } from "./timed-networks.js";
import { writeResult } from "./result.js";

/**
 * How well the latency is foreseen: three networks that lost 30, 50 and 70 % of the filters, in every layer alike and by one ranking over
 * all (which leaves layers of very different widths), predicted by times of their layers and then timed, in turns with the network
 * whole.
 */

const cuts = [0.3, 0.5, 0.7].flatMap((drop) =>
  (["local", "global"] as const).map((scope) => ({ drop, scope })),
);

async function opened(network: Made, backend: "node" | "wasm", cut: (typeof cuts)[number] | null) {
  const run = await openRun({ network, backend, latency: false });
  if (cut !== null) {
    await run.prune(1, { structure: "filters", by: sum(abs("w")), ...cut });
    await run.slim(2);
  }
  return run.session;
}

async function foreseen(made: () => Made | Promise<Made>, backend: "node" | "wasm") {
  const network = await made();
  const whole = await opened(network, backend, null);
  const { loaded } = whole;
  const started = performance.now();
  const machine = { cpu: cpus()[0]?.model ?? "", cores: cpus().length };
  const table = measureLatencyTable(whole.backend, loaded, { machine });
  const seconds = (performance.now() - started) / 1000;
  const times = latencyModel(loaded, table);
  const sessions = [];
  for (const cut of cuts) sessions.push({ cut, session: await opened(network, backend, cut) });
  const executors = [whole, ...sessions.map(({ session }) => session)].map(({ executor }) => executor);
  const [dense, ...cutTimes] = compareLatency(executors, { batch: 1, runs: 60, seconds: 4 });
  const of = (session: RunSession) =>
    measure(session.network, newMaskState(session.network.channels.count), { times });
  const before = of(whole);
  const rows = sessions.map(({ cut, session }, i) => {
    const after = of(session);
    return {
      ...cut,
      macs: share(after.macs / before.macs),
      predicted: share(after.latency / before.latency),
      measured: share((cutTimes[i]?.median ?? NaN) / (dense?.median ?? NaN)),
    };
  });
  return {
    kinds: table.rows.length,
    seconds: Number(seconds.toFixed(1)),
    besides: share(times.besides / wholeTime(table)),
    scale: share(times.scale),
    rows,
  };
}

type RunSession = Awaited<ReturnType<typeof opened>>;
const share = (value: number): number => Number(value.toFixed(3));

for (const backend of ["node", "wasm"] as const) {
  const opening = await openBackend({ backend }).catch(() => null);
  if (opening === null) continue;
  const found: Record<string, Awaited<ReturnType<typeof foreseen>>> = {};
  for (const [name, made] of Object.entries(networks)) {
    found[name] = await foreseen(made, backend);
    console.log(backend, name, JSON.stringify(found[name], null, 1));
  }
  writeResult(`latency-${backend}`, { batch: 1, networks: found });
}
tidyUp();
