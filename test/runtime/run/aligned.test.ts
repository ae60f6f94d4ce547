import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { abs, sum } from "../../../runtime/expressions.js";
import { keepAlignment } from "../../../runtime/backend/alignment.js";
import { openRun, type OpenRun, type RunOptions } from "../../../runtime/index.js";
import { slower } from "../../../runtime/run/report/slower.js";
import { sampleReport } from "../report/sample.js";
import { options, smallNetwork } from "./fixtures.js";

let out = "";
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "espalier-aligned-"));
  vi.stubEnv("XDG_CACHE_HOME", out);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(out, { recursive: true, force: true });
});

const network = smallNetwork();
const measured = (aligned: number) =>
  keepAlignment({ on: "wasm", aligned, gains: [{ of: aligned, gain: 1.9 }] }, "wasm");
const cut = { structure: "filters", by: sum(abs("w")), scope: "local", drop: 0.5 } as const;

const open = (given: RunOptions = {}): Promise<OpenRun> =>
  openRun(options({ network, backend: "wasm", ...given }));

async function cutBy(spec: Parameters<OpenRun["prune"]>[1]) {
  const run = await open();
  await run.prune(1, spec);
  return run.finish();
}

test("`align: auto` is the multiple that was measured of the backend; log and report say which", async () => {
  await measured(2);
  const auto = await cutBy({ ...cut, align: "auto" });
  const written = await cutBy({ ...cut, aligned: 2 });
  const free = await cutBy(cut);
  expect(auto.report.aligned).toBe(2);
  expect(written.report.aligned).toBeNull();
  expect(auto.report.amounts).toEqual(written.report.amounts);
  expect(auto.report.amounts).not.toEqual(free.report.amounts);
  expect(auto.report.events[0]?.text).toContain(", aligned to 2:");
  expect(auto.report.notes.join()).toContain("`aligned to auto` is `aligned to 2` on wasm");
});

test("a run that is resumed goes on with the multiple it began with", async () => {
  await measured(2);
  const folder = join(out, "run");
  const first = await open({ out: folder, latency: false });
  await first.prune(1, { ...cut, align: "auto" });
  first.interrupt();
  await expect(first.prune(2, { ...cut, align: "auto" })).rejects.toThrow(/P7009/);
  await measured(4);
  const second = await open({ out: folder, latency: false, resume: true });
  await second.prune(1, { ...cut, align: "auto" });
  await second.prune(2, { ...cut, align: "auto" });
  expect((await second.finish()).report.aligned).toBe(2);
});

const facts = sampleReport().before;
const timed = (single: number, batch: number) => ({
  ...facts,
  latency: { single, batch, spread: { single: [single, single], batch: [batch, batch] } as const },
});
const row = (layer: string, was: number, now: number) => ({
  layer,
  className: "Conv2D",
  channels: [was, now] as const,
  params: [was, now] as const,
  macs: [was, now] as const,
  density: 1,
});

test("a network that got slower is said to be so, with the layers that left the multiples and what to write", () => {
  const layers = [row("a", 32, 21), row("b", 64, 48), row("c", 16, 16)];
  const compared = { before: timed(2, 30), after: timed(2, 60), layers };
  const alignment = { on: "node", aligned: 8, gains: [{ of: 8, gain: 2.1 }] };
  const [how = "", why = ""] = slower({ ...compared, alignment });
  expect(how).toMatch(/^a batch of 32 takes 2.00 times as long as before the cut/);
  expect(why).toMatch(
    /the counts of 1 layer left the multiples of 8, .* 2.1 times .*\(a 32 → 21\): write .*`aligned to 8`/,
  );
  expect(slower({ ...compared, alignment: null })[1]).toMatch(/multiples of 16.*`aligned to auto` measures/);
  expect(slower({ ...compared, alignment: { ...alignment, aligned: 1 } })[1]).toMatch(
    /not what makes it slow/,
  );
  expect(slower({ ...compared, layers: [row("b", 64, 48)], alignment })[1]).toMatch(/not what makes it slow/);
});

test("where it did not get slower, or nothing was cut or timed, nothing is said", () => {
  const layers = [row("a", 32, 21)];
  const before = timed(2, 30);
  const alignment = null;
  expect(slower({ before, after: timed(2.05, 20), layers, alignment })).toEqual([]);
  expect(slower({ before, after: timed(4, 60), layers: [row("a", 32, 32)], alignment })).toEqual([]);
  expect(slower({ before, after: { ...facts, latency: null }, layers, alignment })).toEqual([]);
  const wide = { single: 4, batch: 60, spread: { single: [1, 9], batch: [20, 99] } as const };
  expect(slower({ before, after: { ...facts, latency: wide }, layers, alignment })).toEqual([]);
});
