import { describe, expect, it } from "vitest";
import { abs, adam, openRun, move, sgd, sum, type OpenRun, type TrainSpec } from "../../../runtime/index.js";
import { options, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const open = (): Promise<OpenRun> => openRun(options({ network, data: options().data }));

async function train(
  run: OpenRun,
  id: number,
  spec: TrainSpec,
  each: (step: number) => void = () => undefined,
) {
  const phase = await run.train(id, spec);
  let step = 0;
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      each(++step);
    }
  }
  await phase.end();
}

const bytes = (run: OpenRun): string =>
  JSON.stringify(
    [...run.session.parameters].map(([key, { data }]) => [key, Buffer.from(data.buffer).toString("base64")]),
  );
const slots = (run: OpenRun): string =>
  JSON.stringify(
    [...run.session.slots].map(([key, named]) => [key, Object.entries(named).map(([n, v]) => [n, [...v]])]),
  );

describe("rewind", () => {
  it("goes back bit for bit: to the start, to an epoch, to a mark", async () => {
    const run = await open();
    const start = bytes(run);
    let epoch2 = "";
    const spec: TrainSpec = { epochs: 3, optimizer: adam({ rate: 0.01 }), snapshots: [{ epochs: 2 }] };
    await train(run, 1, spec, (step) => {
      if (step === 12) epoch2 = bytes(run);
    });
    await run.mark(2, "trained");
    const [marked, state] = [bytes(run), slots(run)];
    await run.rewind(3, { what: ["weights"], to: { phase: 1, point: { epochs: 2 } } });
    expect(bytes(run)).toBe(epoch2);
    await train(run, 4, { steps: 3 });
    await run.rewind(5, { what: ["weights"], to: "start" });
    expect(bytes(run)).toBe(start);
    await run.rewind(6, { what: ["weights", "optimizer"], to: { mark: "trained" } });
    expect(bytes(run)).toBe(marked);
    expect(slots(run)).toBe(state);
  });

  it("keeps the masks unless they are named", async () => {
    const run = await open();
    const start = bytes(run);
    await run.prune(1, { structure: "weights", by: sum(abs("w")), to: 0.5 });
    const pruned = bytes(run);
    await train(run, 2, { steps: 3 });
    await run.rewind(3, { what: ["weights"], to: "start" });
    expect(bytes(run)).toBe(pruned);
    await run.rewind(4, { what: ["weights", "masks"], to: "start" });
    expect(bytes(run)).toBe(start);
  });

  it("fits a network that slim has cut since", async () => {
    const run = await open();
    await train(run, 7, { steps: 2 });
    await run.mark(1, "early");
    const before = new Map([...run.session.parameters].map(([key, { data }]) => [key, data.slice()]));
    await train(run, 2, { steps: 3 });
    await run.prune(3, { structure: "units", by: sum(abs("w")), scope: "global", drop: 0.3 });
    await run.slim(4);
    await run.rewind(5, { what: ["weights", "optimizer"], to: { mark: "early" } });
    expect(run.session.slots.size).toBeGreaterThan(0);
    for (const [key, named] of run.session.slots)
      for (const slot of Object.values(named))
        expect(slot.length).toBe(run.session.parameters.get(key)?.data.length);
    for (const [key, { data }] of run.session.parameters) {
      const known = new Set(before.get(key));
      expect(data.every((value) => known.has(value))).toBe(true);
    }
    await train(run, 6, { steps: 2 });
  });

  it("of the rate makes the next phase follow the earlier schedule from there", async () => {
    const rates: number[] = [];
    const run = await openRun(
      options({ network, onProgress: (event) => event.kind === "step" && rates.push(event.rate) }),
    );
    const optimizer = sgd({ rate: move(0.1, 0, "linear") });
    await train(run, 1, { epochs: 3, optimizer, snapshots: [{ epochs: 1 }] });
    const first = rates.splice(0);
    await run.rewind(2, { what: ["weights", "rate"], to: { phase: 1, point: { epochs: 1 } } });
    await train(run, 3, { epochs: 2 });
    expect(rates).toEqual(first.slice(6));
  });

  it("of the rate to the start, or to a mark before all training, begins the first phase's schedule again", async () => {
    const rates: number[] = [];
    const run = await openRun(
      options({ network, onProgress: (event) => event.kind === "step" && rates.push(event.rate) }),
    );
    await run.mark(1, "untrained");
    await train(run, 2, { epochs: 2, optimizer: sgd({ rate: move(0.1, 0, "linear") }) });
    const first = rates.splice(0);
    expect(first[0]).toBe(0.1);
    await train(run, 3, { epochs: 1, optimizer: sgd({ rate: 0.5 }) });
    for (const [id, to] of [
      [4, "start"],
      [6, { mark: "untrained" }],
    ] as const) {
      rates.splice(0);
      await run.rewind(id, { what: ["rate"], to });
      await train(run, id + 1, { epochs: 2 });
      expect(rates).toEqual(first);
    }
  });

  it("to a moment that was not reached says so", async () => {
    const run = await open();
    await expect(run.rewind(1, { what: ["weights"], to: { mark: "never" } })).rejects.toThrow(/P7007/);
  });
});
