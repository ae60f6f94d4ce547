import { describe, expect, it } from "vitest";
import {
  abs,
  criterion,
  mul,
  openRun,
  sgd,
  sum,
  type OpenRun,
  type TrainSpec,
  type WhenSpec,
} from "../../../runtime/index.js";
import { options, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const open = (): Promise<OpenRun> => openRun(options({ network }));
const values = (run: OpenRun, key: string): Float32Array =>
  run.session.parameters.get(key)?.data.slice() ?? new Float32Array(0);

async function train(
  run: OpenRun,
  spec: TrainSpec,
  each: (step: number) => void | Promise<void> = () => undefined,
  rule?: WhenSpec,
) {
  const phase = await run.train(1, spec);
  if (rule) phase.rule(2, rule);
  let step = 0;
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      await each(++step);
    }
  }
  await phase.end();
}

describe("a frozen layer", () => {
  it("does not move while its window lasts, and moves after it", async () => {
    const run = await open();
    const start = values(run, "d1/kernel");
    const spec: TrainSpec = {
      steps: 6,
      optimizer: sgd({ rate: 0.1, momentum: 0.9, weightDecay: 0.1 }),
      frozen: [
        { id: 3, structure: "weights", in: "d1", unit: "steps", during: [{ steps: 0 }, { steps: 4 }] },
      ],
    };
    await train(run, spec, (step) => {
      if (step <= 4) expect(values(run, "d1/kernel")).toEqual(start);
      else expect(values(run, "d1/kernel")).not.toEqual(start);
    });
  });
});

describe("a penalty", () => {
  it("adds its gradient: one step of l2 is one step of weight decay", async () => {
    const [penalized, decayed] = [await open(), await open()];
    const penalties = [{ id: 3, structure: "weights" as const, by: mul("w", "w"), strength: 0.05, in: "d1" }];
    await train(penalized, { steps: 1, optimizer: sgd({ rate: 0.5 }), penalties });
    await train(decayed, { steps: 1, optimizer: sgd({ rate: 0.5, weightDecay: 0.1 }) });
    const [a, b] = [values(penalized, "d1/kernel"), values(decayed, "d1/kernel")];
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i] ?? NaN, 6));
    expect(values(penalized, "c2/kernel")).not.toEqual(values(decayed, "c2/kernel"));
  });
});

describe("a criterion over training", () => {
  it("is summed from the start of the phase, and anew after an event", async () => {
    const run = await open();
    const taylor = criterion("taylor", abs(sum(mul("w", "g"))), { over: "training" });
    const seen: number[] = [];
    const look = async (step: number): Promise<void> => {
      seen.push(run.session.phase?.training.sums().get(2)?.steps ?? 0);
      if (step === 3) await run.prune(2, { structure: "neurons", by: taylor, drop: 0.2 });
    };
    const rule: WhenSpec = { at: [3], unit: "steps", accumulate: { structure: "neurons", by: taylor } };
    await train(run, { steps: 5, optimizer: sgd({ rate: 0.05 }) }, look, rule);
    expect(seen).toEqual([1, 2, 3, 1, 2]);
  });
});

describe("an update restricted to the top", () => {
  it("leaves the rest to decay alone", async () => {
    const run = await open();
    const start = values(run, "d1/kernel");
    const updates = [
      { id: 3, in: "d1", end: "top" as const, share: 0.1, by: abs(mul("w", "g")), scope: "global" as const },
    ];
    await train(run, { steps: 1, optimizer: sgd({ rate: 0.1, weightDecay: 0.01 }), updates });
    const after = values(run, "d1/kernel");
    const decayed = start.map((value) => Math.fround(value - 0.1 * 0.01 * value));
    const moved = after.filter((value, i) => Math.abs(value - (decayed[i] ?? NaN)) > 1e-7).length;
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThanOrEqual(Math.round(0.1 * after.length));
  });
});
