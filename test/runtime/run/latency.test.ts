import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Network } from "../../../core/network/types.js";
import { readNetwork } from "../../../core/network/read.js";
import { measuresNow } from "../../../runtime/run/report/sizes.js";
import { unforeseen } from "../../../runtime/run/report/unforeseen.js";
import { byProducts, tableOf } from "../../helpers/latency.js";
import { readFileSync } from "node:fs";
import { killedEvery } from "./killed.js";
import { abs, sum } from "../../../runtime/expressions.js";
import { openRun } from "../../../runtime/index.js";
import { options, residualNetwork, smallNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-latency-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const networkIn = (path: string): Network => {
  const { network } = readNetwork(JSON.parse(readFileSync(path, "utf8")));
  if (network === null) throw new Error("a network");
  return network;
};
const small = smallNetwork();
/** Half a millisecond for each filter of c1, nothing for anything else, 1 ms besides: 4 ms as loaded. */
const inFirst = tableOf(networkIn(small), ({ layer }, _, made) => (layer.path === "c1" ? 0.5 * made : 0), 1);
/** The same for c2: 0.375 ms for each of 8. */
const inSecond = tableOf(
  networkIn(small),
  ({ layer }, _, made) => (layer.path === "c2" ? 0.375 * made : 0),
  1,
);
const left = (run: Awaited<ReturnType<typeof runProgram>>): readonly number[] =>
  run.result.report.layers.map(({ channels }) => channels[1]);

test("a budget takes the smallest cut that the times of the layers allow: other times, other layers", async () => {
  const first = await runProgram("prune filters in c1 by l1 to latency <= 2.5 ms\nslim", small, {
    latencyTable: inFirst,
  });
  // 1 + 3 · 0.5 = 2.5.
  expect(left(first)).toEqual([3, 8, 10, 4]);
  const second = await runProgram("prune filters in c2 by l1 to latency <= 2.5 ms\nslim", small, {
    latencyTable: inSecond,
  });
  // 1 + 4 · 0.375 = 2.5.
  expect(left(second)).toEqual([6, 4, 10, 4]);
  const share = await runProgram("prune filters in c1 by l1 to latency <= 70%\nslim", small, {
    latencyTable: inFirst,
  });
  // Of 4 ms 2.8 ms: 1 + 3 · 0.5.
  expect(left(share)).toEqual([3, 8, 10, 4]);
  expect(share.result.report.amounts[0]?.budget).toEqual(["latency ≤ 70.0 %: 62.5 %"]);
  expect(first.result.report.amounts[0]?.budget).toEqual(["latency ≤ 2.5 ms: 2.5 ms"]);
});

test("the report holds the table, what it foretells, and takes it to the same choices", async () => {
  const source =
    "prune units by l1 global to latency <= 60%\nrequire latency <= 60% and latency < start.latency\nslim";
  const path = residualNetwork();
  const latencyTable = tableOf(
    networkIn(path),
    byProducts((layer) => (layer === "stem" ? 1 : 0.01)),
  );
  const one = await runProgram(source, path, { latencyTable });
  const { latency } = one.result.report;
  expect(latency?.table).toEqual(latencyTable);
  expect(latency?.measured).toBeNull();
  expect((latency?.predicted.after ?? NaN) / (latency?.predicted.before ?? NaN)).toBeLessThanOrEqual(0.6);
  expect(one.result.report.notes.join()).toContain(
    "latency goes by times measured on a clock that nobody waits for",
  );
  expect(one.result.report.events.find(({ kind }) => kind === "require")?.text).toMatch(
    /latency is .* ms, \d+(\.\d+)?% of .* ms/,
  );
  const again = await runProgram(source, path, { latencyTable: one.result.report });
  expect(again.result.report.layers).toEqual(one.result.report.layers);
});

test("a run that is killed ends as one that is not", async () => {
  const source = `train 1 epoch { prune filters by l1 from 100% to latency <= 60% every 2 steps }
repeat up to 5 times while latency >= 45% { prune neurons by l1 10%; prune filters by l1 10%; train 1 step }
slim`;
  const latencyTable = tableOf(
    networkIn(small),
    byProducts(() => 0.01),
    0.3,
  );
  const whole = await runProgram(source, small, { latencyTable });
  const killed = await killedEvery(3, source, small, {
    out: join(root, "killed"),
    checkpointEvery: "1steps",
    latencyTable,
  });
  expect(killed.run.session.state).toEqual(whole.run.session.state);
  expect(killed.run.session.record.events).toEqual(whole.run.session.record.events);
  expect(killed.run.session.times?.table).toEqual(latencyTable);
});

test("a run that is resumed goes on with its own times, whatever it is handed", async () => {
  const out = join(root, "resumed");
  const cut = {
    structure: "filters",
    by: sum(abs("w")),
    scope: "local",
    in: "c1",
    budget: [{ measure: "latency", relative: false, value: 2.5 }],
  } as const;
  const open = (latencyTable: unknown, more: object = {}) =>
    openRun(options({ network: small, out, latencyTable, ...more }));
  const first = await open(inFirst);
  first.interrupt();
  await expect(first.prune(1, cut)).rejects.toThrow(/P7009/);
  const second = await open(inSecond, { resume: true });
  await second.prune(1, cut);
  expect(second.session.times?.table).toEqual(inFirst);
  expect(measuresNow(second.session).latency).toBe(2.5);
  await second.finish();
});

test("a search keeps its limit of latency in every trial", async () => {
  const { run } = await runProgram(
    `search share in 0%..80% by random(trials: 4) maximizing -1 * (latency / start.latency) subject to latency <= 2.6 ms {
      prune filters in c1 by l1 amount share
    }`,
    small,
    { latencyTable: inFirst },
  );
  const { trials = [] } = run.session.record.searches[0] ?? {};
  expect(trials.every(({ result }) => result !== null)).toBe(true);
  expect(trials.some(({ repaired }) => repaired === true)).toBe(true);
  expect(measuresNow(run.session).latency).toBeLessThanOrEqual(2.6);
});

test("what is no table of this network, or of another batch, is refused before anything trains", async () => {
  const source = "prune filters by l1 to latency <= 60%";
  const refused = (latencyTable: unknown, more: object = {}) =>
    expect(runProgram(source, small, { latencyTable, ...more })).rejects;
  await refused(
    tableOf(
      networkIn(residualNetwork()),
      byProducts(() => 1),
    ),
  ).toThrow(/P7024.*no times of `c1` and \d more as this network has them/s);
  for (const wrong of [
    {},
    3,
    [],
    { ...inFirst, wholes: [] },
    { ...inFirst, rows: [{}] },
    { report: 1, latency: 5 },
  ])
    await refused(wrong).toThrow(/P7024.*no times of layers/s);
  await refused({ ...inFirst, rows: inFirst.rows.slice(1) }).toThrow(/P7024.*`c1`/s);
  await refused(inFirst, { latencyBatch: 8 }).toThrow(/P7024.*of 1 example at once, not of 8/s);
});

test("a network that takes another share of its time than foreseen is said to", () => {
  const facts = (after: number) => ({
    table: inFirst,
    predicted: { before: 4, after: 2 },
    measured: { before: 8, after },
  });
  expect(unforeseen(facts(4.4), false)).toEqual([]);
  expect(unforeseen({ ...facts(8), measured: null }, false)).toEqual([]);
  expect(unforeseen(facts(8), true).join()).toMatch(
    /foreseen to take 50.0 % .* 100.0 %.*`slim` takes them out/,
  );
  expect(unforeseen(facts(2), false).join()).toMatch(/25.0 %.*what else the machine did/);
});
