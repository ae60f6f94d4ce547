import { describe, expect, it } from "vitest";
import { tf } from "../../../runtime/backend/tf.js";
import {
  abs,
  adam,
  adamw,
  openRun,
  rmsprop,
  sgd,
  sum,
  type OpenRun,
  type TrainSpec,
} from "../../../runtime/index.js";
import { options, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const open = (more = {}): Promise<OpenRun> => openRun(options({ network, ...more }));

/** One phase without rules; `each` looks in after every step. */
async function train(
  run: OpenRun,
  spec: TrainSpec,
  each: (step: number) => void = () => undefined,
): Promise<void> {
  const phase = await run.train(1, spec);
  let step = 0;
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      each(++step);
    }
  }
  await phase.end();
}

const weights = (run: OpenRun): Record<string, number[]> =>
  Object.fromEntries([...run.session.parameters].map(([key, { data }]) => [key, [...data]]));

describe("masks", () => {
  it.each([
    ["sgd", sgd({ rate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
    ["adam", adam({ rate: 0.01, weightDecay: 0.01 })],
    ["adamw", adamw({ rate: 0.01, weightDecay: 0.1, clipNorm: 1, clipValue: 0.1 })],
    ["rmsprop", rmsprop({ rate: 0.01, momentum: 0.9, centered: true, weightDecay: 0.01 })],
  ])("stay exactly 0 under %s, optimizer state too", async (_, optimizer) => {
    const run = await open();
    await train(run, { steps: 5, optimizer });
    await run.prune(2, { structure: "weights", by: sum(abs("w")), drop: 0.5 });
    await run.prune(3, { structure: "units", by: sum(abs("w")), scope: "global", drop: 0.3 });
    const dead = new Map<string, number[]>();
    for (const [key, { data }] of run.session.parameters) {
      if (!key.endsWith("kernel")) continue;
      dead.set(
        key,
        [...data.keys()].filter((i) => data[i] === 0),
      );
    }
    expect([...dead.values()].flat().length).toBeGreaterThan(500);
    await train(run, { steps: 20, optimizer }, () => {
      for (const [key, places] of dead) {
        const data = run.session.parameters.get(key)?.data;
        const slots = Object.values(run.session.slots.get(key) ?? {});
        expect(places.every((i) => data?.[i] === 0 && slots.every((slot) => slot[i] === 0))).toBe(true);
      }
    });
    run.session.executor.dispose();
  });
});

describe("slim", () => {
  it("commutes with a training step: weights, optimizer state and moving statistics", async () => {
    const optimizer = sgd({ rate: 0.05, momentum: 0.9, weightDecay: 1e-3 });
    const pruned = async (): Promise<OpenRun> => {
      const run = await open();
      await train(run, { steps: 8, optimizer });
      await run.prune(2, { structure: "units", by: sum(abs("w")), scope: "global", drop: 0.4 });
      return run;
    };
    const first = await pruned();
    await first.slim(3);
    await train(first, { steps: 1, finetune: true });
    const then = await pruned();
    await train(then, { steps: 1, finetune: true });
    await then.slim(3);
    const slotsOf = (run: OpenRun) =>
      [...run.session.slots].flatMap(([key, named]) =>
        Object.entries(named).map(([name, v]) => [`${key} ${name}`, [...v]]),
      );
    for (const of of [(run: OpenRun) => Object.entries(weights(run)), slotsOf]) {
      const [a, b] = [of(first), of(then)];
      expect(a.map(([name]) => name)).toEqual(b.map(([name]) => name));
      const values = a
        .map(([, v]) => v)
        .flat(2)
        .map(Number);
      const others = b
        .map(([, v]) => v)
        .flat(2)
        .map(Number);
      expect(values.length).toBe(others.length);
      values.forEach((v, i) =>
        expect(Math.abs(v - (others[i] ?? NaN))).toBeLessThan(1e-5 * (1 + Math.abs(v))),
      );
    }
  });
});

describe("memory", () => {
  it("of the backend is flat over 500 steps, events and a slim", async () => {
    const run = await open();
    let before = 0;
    await train(run, { steps: 500, optimizer: adam({ rate: 1e-3 }) }, (step) => {
      if (step === 2) before = tf.memory().numTensors;
      if (step > 2) expect(tf.memory().numTensors).toBe(before);
    });
    await run.prune(2, { structure: "units", by: sum(abs("w")), drop: 0.3 });
    await run.slim(3);
    await run.evaluate(4);
    expect(tf.memory().numTensors).toBe(before);
    await run.finish();
    expect(tf.memory().numTensors).toBeLessThan(before);
  });
});

describe("divergence", () => {
  it("ends the run, naming step and rate, with the weights of before", async () => {
    const run = await open();
    let last = weights(run);
    const error = await train(
      run,
      { epochs: 20, optimizer: sgd({ rate: 1e20 }) },
      () => (last = weights(run)),
    ).catch((cause: unknown) => cause);
    expect(String(error)).toMatch(/P7001/);
    expect(String(error)).toMatch(/at step \d+ of 120/);
    const after = weights(run);
    for (const [key, values] of Object.entries(after))
      if (key.endsWith("kernel")) expect(values).toEqual(last[key]);
  });
});
