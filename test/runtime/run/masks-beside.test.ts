import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRun, type OpenRun, type RunOptions } from "../../../runtime/index.js";
import type { Masks } from "../../../runtime/checkpoint/held-masks.js";
import { readMasks } from "../../../runtime/checkpoint/masks.js";
import { options, smallNetwork } from "./fixtures.js";

let out = "";
beforeEach(async () => void (out = await mkdtemp(join(tmpdir(), "espalier-masks-"))));
afterEach(() => rm(out, { recursive: true, force: true }));
const network = smallNetwork();

/** Trains for two epochs and stays open. */
async function loop(given: RunOptions): Promise<OpenRun> {
  const run = await openRun(options({ network, out, ...given }));
  const phase = await run.train(1, { epochs: 2 });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  }
  await phase.end();
  return run;
}

describe("masks beside the network", () => {
  it("hold on when it is trained again, past a rewind to its start too, unless told otherwise", async () => {
    const one = join(out, "one");
    const cut = await openRun(options({ network, out: one }));
    await cut.prune(1, { structure: "weights", by: "random", scope: "local", drop: 0.5 });
    await cut.prune(2, { structure: "units", by: "random", scope: "local", drop: 0.25 });
    const { parameters } = await cut.finish();
    const zerosOf = (of: OpenRun["session"]) =>
      [...of.parameters].flatMap(([key, { data }]) =>
        [...data].filter((value, i) => value === 0 && parameters.get(key)?.data[i] === 0),
      );
    const again = async (given: RunOptions) => {
      const run = await loop({ network: one, out: null, ...given });
      return { zeros: zerosOf(run.session).length, notes: run.session.record.notes.join(), run };
    };
    const held = await again({});
    const free = await again({ masks: false });
    expect(held.notes).toMatch(/\d+ weights and \d+ units stay zero .*P7016/);
    expect(free.notes).not.toContain("P7016");
    expect(held.zeros).toBeGreaterThan(free.zeros);
    // What masks hold is dead, and not merely empty in the file.
    expect([held, free].map(({ run }) => run.session.record.idle.length > 0)).toEqual([false, true]);
    const masked = [...held.run.session.state.elements.values()].flatMap((codes) => [...codes]);
    await held.run.rewind(9, { what: ["masks", "weights"], to: "start" });
    expect([...held.run.session.state.elements.values()].flatMap((codes) => [...codes])).toEqual(masked);
    expect(held.zeros).toBeLessThanOrEqual(zerosOf(held.run.session).length);
  });

  it("name layers and weights, and say of the very weights what was done to them", async () => {
    const run = await openRun(options({ network, out }));
    await run.prune(1, { structure: "weights", by: "random", scope: "local", drop: 0.5 });
    await run.prune(2, { structure: "units", by: "random", scope: "local", drop: 0.5 });
    const { parameters, network: loaded } = await run.finish();
    const { weights, units, unitsAsLoaded } = await readMasks(out);
    expect([...weights.keys()].sort()).toEqual(["c1/kernel", "c2/kernel", "d1/kernel", "head/kernel"]);
    for (const [key, { shape, data }] of weights) {
      expect(shape).toEqual(parameters.get(key)?.shape);
      data.forEach((value, i) => value === 0 && expect(parameters.get(key)?.data[i]).toBe(0));
    }
    expect(unitsAsLoaded).toEqual(units);
    const { data: c1 = new Uint8Array() } = units.get("c1") ?? {};
    expect([c1.length, c1.reduce((sum, one) => sum + one, 0)]).toEqual([6, 3]);
    // Filters are the last axis of a convolution's kernel.
    parameters.get("c1/kernel")?.data.forEach((value, i) => c1[i % 6] === 0 && expect(value).toBe(0));
    expect(loaded.layers.map(({ path }) => path)).toEqual(expect.arrayContaining([...units.keys()]));
  });

  it("follow a slim: what it left stays masked when it trains on", async () => {
    const one = join(out, "slimmed");
    const cut = await openRun(options({ network, out: one }));
    await cut.prune(1, { structure: "units", by: "random", scope: "local", drop: 0.5 });
    await cut.slim(2);
    await cut.prune(3, { structure: "units", by: "random", scope: "local", drop: 0.3 });
    await cut.prune(4, { structure: "weights", by: "random", scope: "local", drop: 0.5 });
    await cut.finish();
    const { units, unitsAsLoaded } = await readMasks(one);
    const living = (of: Masks["units"]) => [...(of.get("c1")?.data ?? [])].join("");
    expect(living(units)).toMatch(/^[01]{3}$/);
    expect(living(units)).toContain("0");
    expect(living(unitsAsLoaded)).toMatch(/^[01]{6}$/);
    // What trains on from there keeps the zeros of both kinds.
    const run = await loop({ network: one, out: null });
    expect(run.session.record.notes.join()).toMatch(/\d+ weights and \d+ units stay zero .*P7016/);
    const { parameters } = run.session;
    const filters = units.get("c1")?.data ?? new Uint8Array();
    const kernel = parameters.get("c1/kernel")?.data ?? new Float32Array();
    expect(kernel.length).toBe(27);
    kernel.forEach((value, i) => filters[i % 3] === 0 && expect(value).toBe(0));
    expect(kernel.some((value) => value !== 0)).toBe(true);
  });

  it("tell what stands at its initial value from what is zero, and hold none of it", async () => {
    const run = await openRun(options({ network, out }));
    await run.prune(1, { structure: "weights", by: "random", scope: "local", drop: 0.5, manner: "frozen" });
    const { parameters } = await run.finish();
    const { weights } = await readMasks(out);
    const frozen = weights.get("c1/kernel")?.data ?? new Uint8Array();
    expect(new Set(frozen)).toEqual(new Set([1, 2]));
    frozen.forEach((value, i) => value === 2 && expect(parameters.get("c1/kernel")?.data[i]).not.toBe(0));
    const again = await loop({ network: out, out: null });
    expect(again.session.record.notes.join()).not.toContain("P7016");
  });

  it("are a ticket for the network before a slim", async () => {
    const cut = await openRun(options({ network, out }));
    await cut.prune(1, { structure: "units", by: "random", scope: "local", drop: 0.5 });
    await cut.slim(2);
    const dead = cut.session.state.channels.slice();
    await cut.finish();
    const run = await openRun(options({ network, out: null }));
    await run.load(1, "masks", out, {});
    expect(run.session.state.channels).toEqual(dead);
    expect(dead).toContain(1);
  });

  it("of another network are refused, not passed over", async () => {
    const one = join(out, "other");
    const cut = await openRun(options({ network, out: one }));
    await cut.prune(1, { structure: "units", by: "random", scope: "local", drop: 0.5 });
    await cut.finish();
    const two = join(out, "smaller");
    const small = await openRun(options({ network, out: two }));
    await small.prune(1, { structure: "units", by: "random", scope: "local", drop: 0.3 });
    await small.slim(2);
    await small.finish();
    await copyFile(join(one, "masks.safetensors"), join(two, "masks.safetensors"));
    await expect(loop({ network: two, out: null })).rejects.toThrow(/P7008|is of another one/);
  });
});
