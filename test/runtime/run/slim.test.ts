import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { abs, openRun, sgd, sum, type OpenRun } from "../../../runtime/index.js";
import { options, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-slim-"));
afterAll(() => rm(root, { recursive: true, force: true }));

async function train(run: OpenRun, id: number, steps: number): Promise<void> {
  const phase = await run.train(id, { steps, optimizer: sgd({ rate: 0.05, momentum: 0.9 }) });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  }
  await phase.end();
}

/** Outputs for some noise. */
function outputs(run: OpenRun): number[] {
  const data = Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i * i));
  return run.session.executor
    .predict([{ kind: "dense", data, shape: [5, 8, 8, 1] }])
    .flatMap(({ data: values }) => [...values]);
}
function expectSame(a: readonly number[], b: readonly number[]): void {
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => expect(Math.abs(value - (b[i] ?? NaN))).toBeLessThan(1e-5 * (1 + Math.abs(value))));
}
const values = (run: OpenRun, key: string): Float32Array =>
  run.session.parameters.get(key)?.data ?? new Float32Array(0);

/** Makes a channel of `c1` and a filter of `c2` constant: nothing but a shift is left of them. */
function makeConstants(run: OpenRun): void {
  values(run, "b1/gamma")[2] = 0;
  values(run, "b1/beta")[2] = 0.7;
  const kernel = values(run, "c1/kernel");
  for (let i = 2; i < kernel.length; i += 6) kernel[i] = 0;
  const second = values(run, "c2/kernel");
  for (let i = 5; i < second.length; i += 8) second[i] = 0;
  values(run, "c2/bias")[5] = 0.4;
  run.session.executor.upload();
}

describe("slim", () => {
  it("takes held units and constants out without moving the output", async () => {
    const run = await openRun(options({ network }));
    await train(run, 1, 10);
    await run.prune(2, { structure: "units", by: sum(abs("w")), scope: "global", drop: 0.2 });
    makeConstants(run);
    const before = outputs(run);
    await run.slim(3);
    expectSame(outputs(run), before);
    expect(run.session.network.units.length).toBeLessThan(24 - 5);
    await train(run, 4, 3);
  });

  it("holds what died softly first, and says by how much that moved the output", async () => {
    const run = await openRun(options({ network }));
    await train(run, 1, 10);
    await run.prune(2, { structure: "filters", by: sum(abs("w")), drop: 0.5, manner: "softly" });
    await run.slim(3);
    expect(run.session.record.notes.join()).toMatch(/held \d+ units .* at most \d/);
    expect(run.session.network.layers.find(({ path }) => path === "c1")?.weights[0]?.shape).toEqual([
      3, 3, 1, 3,
    ]);
  });

  it("of constants is replayed on resuming, added biases included", async () => {
    const out = join(root, "constants");
    const loop = async (resume: boolean): Promise<OpenRun> => {
      const run = await openRun(options({ network: smallNetwork({ bias: false }), out, resume }));
      if (!resume) {
        // The second convolution has no bias: it gets one.
        values(run, "b1/gamma")[2] = 0;
        values(run, "b1/beta")[2] = 0.7;
      }
      await run.slim(1);
      return run;
    };
    const first = await loop(false);
    expect(first.session.slims[0]?.biases).toHaveLength(1);
    const again = await loop(true);
    expect(JSON.stringify(again.session.network.topology)).toBe(
      JSON.stringify(first.session.network.topology),
    );
    expect([...again.session.parameters]).toEqual([...first.session.parameters]);
    expectSame(outputs(again), outputs(first));
  });
});

describe("load", () => {
  it("takes masks and weights of another run", async () => {
    const out = join(root, "ticket");
    const first = await openRun(options({ network, out }));
    await first.prune(1, { structure: "weights", by: sum(abs("w")), drop: 0.6, in: ["c2", "d1"] });
    await train(first, 2, 5);
    await first.finish();

    const second = await openRun(options({ network }));
    const start = values(second, "d1/kernel").slice();
    await second.load(1, "masks", out);
    const trained = values(first, "d1/kernel");
    expect(values(second, "d1/kernel")).toEqual(start.map((value, i) => (trained[i] === 0 ? 0 : value)));
    await second.load(2, "weights", out, { except: "head" });
    expect(values(second, "d1/kernel")).toEqual(trained);
    expect(values(second, "head/kernel")).not.toEqual(values(first, "head/kernel"));
  });

  it("refuses what does not fit or is not there", async () => {
    const run = await openRun(options({ network: smallNetwork({ units: 7 }) }));
    await expect(run.load(1, "masks", join(root, "nowhere"))).rejects.toThrow(/P7008/);
    await expect(run.load(2, "masks", join(root, "ticket"))).rejects.toThrow(/P7008/);
    await expect(run.load(3, "weights", join(root, "ticket"))).rejects.toThrow(/P7008/);
  });
});
