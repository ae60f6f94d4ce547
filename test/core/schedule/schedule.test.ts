import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  curveValue,
  eventSteps,
  firesAt,
  phaseSteps,
  phaseTimes,
  progress,
  repeatProgress,
  type PhaseTimes,
  type TimePoint,
  type TimeWindow,
} from "../../../core/schedule/schedule.js";
import { runs } from "../../helpers/runs.js";

const phase = { epochs: 20, stepsPerEpoch: 10 };

describe("eventSteps", () => {
  it("fires at the ends of every second epoch", () => {
    expect(eventSteps({ unit: "epochs", every: 2, lands: false }, phase)).toEqual([
      20, 40, 60, 80, 100, 120, 140, 160, 180, 200,
    ]);
  });
  it("leaves a grid that does not divide the phase as it is, unless a target has to land", () => {
    const short = { epochs: 5, stepsPerEpoch: 10 };
    expect(eventSteps({ unit: "epochs", every: 2, lands: false }, short)).toEqual([20, 40]);
    expect(eventSteps({ unit: "epochs", every: 2, lands: true }, short)).toEqual([20, 50]);
  });
  it("counts the grid from the phase, not from the window; the end of epoch 4 is no part of epochs 5..9", () => {
    const window = { from: { epochs: 4 }, to: { epochs: 8 } };
    expect(eventSteps({ unit: "epochs", every: 2, window, lands: false }, phase)).toEqual([40, 60, 80]);
    const fifth = { from: { epochs: 5 }, to: { epochs: 9 } };
    expect(eventSteps({ unit: "epochs", every: 2, window: fifth, lands: false }, phase)).toEqual([60, 80]);
  });
  it("takes shares of the phase and steps", () => {
    const window = { from: { share: 0.1 }, to: { share: 0.75 } };
    expect(eventSteps({ unit: "steps", every: 60, window, lands: true }, phase)).toEqual([60, 150]);
    expect(eventSteps({ unit: "steps", at: [0, 5, 500], lands: false }, phase)).toEqual([0, 5]);
    expect(eventSteps({ unit: "epochs", at: [10, 3], lands: false }, phase)).toEqual([30, 100]);
  });
  it("gives a landing target its one event where the window holds no point of the grid", () => {
    const window = { from: { epochs: 3 }, to: { epochs: 3 } };
    expect(eventSteps({ unit: "epochs", every: 10, window, lands: true }, phase)).toEqual([30]);
    expect(eventSteps({ unit: "epochs", every: 10, window, lands: false }, phase)).toEqual([]);
  });
  it("cuts windows to the phase and finds nothing beyond it", () => {
    const beyond = { from: { epochs: 30 }, to: { epochs: 40 } };
    expect(eventSteps({ unit: "epochs", every: 1, window: beyond, lands: true }, phase)).toEqual([]);
    const across = { from: { epochs: 19 }, to: { epochs: 40 } };
    expect(eventSteps({ unit: "epochs", every: 1, window: across, lands: true }, phase)).toEqual([190, 200]);
  });
  it("works in phases whose length was given in steps", () => {
    const steps = phaseTimes({ unit: "steps", value: 25 }, 10);
    expect(phaseSteps(steps)).toBe(25);
    expect(eventSteps({ unit: "epochs", every: 1, lands: false }, steps)).toEqual([10, 20]);
  });
  it("is ascending, inside the window, and lands at its end, whatever the window is written in", () => {
    fc.assert(
      fc.property(
        times,
        windows,
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (at, window, every, lands) => {
          const found = eventSteps({ unit: "steps", every, window, lands }, at);
          const total = at.epochs * at.stepsPerEpoch;
          const inside = Array.from({ length: total + 1 }, (_, step) => step).filter(
            (step) => !opensLater(window.from, at, step) && !closedBefore(window.to, at, step),
          );
          const grid = inside.filter((step) => step > 0 && step % every === 0);
          const last = inside.at(-1);
          if (!lands) expect(found).toEqual(grid);
          else if (last === undefined) expect(found).toEqual([]);
          else if (last > 0) expect(found).toEqual([...grid.slice(0, -1), last]);
        },
      ),
      { numRuns: runs(300, 3000) },
    );
  });
  it("has both ends of a window in steps and in shares, but not the step that ended the epoch before", () => {
    const steps = (from: TimePoint, to: TimePoint) =>
      eventSteps({ unit: "steps", every: 1, window: { from, to }, lands: false }, phase);
    expect(steps({ steps: 4 }, { steps: 6 })).toEqual([4, 5, 6]);
    expect(steps({ share: 0.02 }, { share: 0.03 })).toEqual([4, 5, 6]);
    expect(steps({ epochs: 2 }, { steps: 12 })).toEqual([11, 12]);
  });
});

const times = fc.record({
  epochs: fc.integer({ min: 1, max: 30 }),
  stepsPerEpoch: fc.integer({ min: 1, max: 40 }),
});
const points: fc.Arbitrary<TimePoint> = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((epochs) => ({ epochs })),
  fc.integer({ min: 0, max: 120 }).map((steps) => ({ steps })),
  fc.integer({ min: 0, max: 100 }).map((percent) => ({ share: percent / 100 })),
);
const windows: fc.Arbitrary<TimeWindow> = fc.record({ from: points, to: points });

/** Whether a window that begins at this point is still closed at a step: an epoch begins after the step that ended the one before. */
function opensLater(from: TimePoint, { epochs, stepsPerEpoch }: PhaseTimes, step: number): boolean {
  if ("epochs" in from) return from.epochs > 1 ? step <= (from.epochs - 1) * stepsPerEpoch : false;
  return step < ("steps" in from ? from.steps : Math.round(from.share * (epochs * stepsPerEpoch)));
}

function closedBefore(to: TimePoint, { epochs, stepsPerEpoch }: PhaseTimes, step: number): boolean {
  if ("epochs" in to) return step > to.epochs * stepsPerEpoch;
  return step > ("steps" in to ? to.steps : Math.round(to.share * (epochs * stepsPerEpoch)));
}

describe("a rule without its list of steps", () => {
  const draw = fc.record({
    unit: fc.constantFrom("epochs" as const, "steps" as const),
    every: fc.option(
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0.3, max: 5, noNaN: true })),
      {
        nil: undefined,
      },
    ),
    at: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
    window: fc.option(windows, { nil: undefined }),
    lands: fc.boolean(),
    epochs: fc.integer({ min: 1, max: 12 }),
    stepsPerEpoch: fc.integer({ min: 1, max: 15 }),
  });
  it("fires at the steps of the list, and the list can be cut anywhere", () => {
    fc.assert(
      fc.property(draw, fc.nat(20), ({ unit, every, at, window, lands, epochs, stepsPerEpoch }, most) => {
        const times = { epochs, stepsPerEpoch };
        const when = { unit, ...(every === undefined ? { at } : { every }), window, lands };
        const all = eventSteps(when, times);
        const steps = Array.from({ length: epochs * stepsPerEpoch + 2 }, (_, step) => step);
        expect(steps.filter((step) => firesAt(when, times, step))).toEqual(all);
        expect(eventSteps(when, times, most)).toEqual(all.slice(0, most));
      }),
      { numRuns: runs(300, 3000) },
    );
  });
  it("is quick in a phase that never ends", () => {
    const endless = { epochs: 1e9, stepsPerEpoch: 1e6 };
    const when = { unit: "steps", every: 1, lands: true } as const;
    expect(eventSteps(when, endless, 3)).toEqual([1, 2, 3]);
    expect(firesAt(when, endless, 123_456_789_012)).toBe(true);
  });
});

describe("curveValue", () => {
  it("follows the cubic schedule of gradual pruning", () => {
    const shares = [0.1, 0.25, 0.5, 0.75, 1].map((t) => curveValue("cubic", t, 0, 0.9, "share-dead"));
    [0.2439, 0.5203125, 0.7875, 0.8859375, 0.9].forEach((want, i) => expect(shares[i]).toBeCloseTo(want, 12));
  });
  it("follows the geometric schedule of SynFlow in the kept share", () => {
    const kept = [1, 2, 99, 100].map((k) => 1 - curveValue("exponential", k / 100, 0, 0.99, "share-dead"));
    [0.954993, 0.912011, 0.010471, 0.01].forEach((want, i) => expect(kept[i]).toBeCloseTo(want, 6));
  });
  it("follows RigL's cosine and the geometric rise of a strength", () => {
    expect(curveValue("cosine", 0.25, 0.3, 0, "value")).toBeCloseTo(0.256066, 6);
    expect(curveValue("exponential", 0.5, 0.1, 1e5, "value")).toBeCloseTo(100, 9);
    expect(curveValue("exponential", 0.25, 0.1, 1e5, "value")).toBeCloseTo(3.162, 3);
  });
  it("climbs a staircase in four equal steps", () => {
    expect([0.24, 0.25, 0.74, 0.75, 1].map((t) => curveValue("staircase", t, 0, 100, "value"))).toEqual([
      0, 25, 50, 75, 100,
    ]);
  });
  it("evaluates a declared curve", () => {
    const curve = { name: "quadratic", expr: ["-", 1, ["^", ["-", 1, "t"], 2]] } as const;
    expect(curveValue(curve, 0.5, 0, 1, "value")).toBeCloseTo(0.75, 12);
  });
  it("is exact at both ends and never leaves them", () => {
    const curve = fc.constantFrom("linear", "cubic", "cosine", "exponential", "staircase" as const);
    const share = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(curve, share, share, fc.double({ min: 0, max: 1, noNaN: true }), (name, from, to, t) => {
        expect(curveValue(name, 0, from, to, "share-dead")).toBe(from);
        expect(curveValue(name, 1, from, to, "share-dead")).toBe(to);
        const value = curveValue(name, t, from, to, "share-dead");
        expect(value).toBeGreaterThanOrEqual(Math.min(from, to) - 1e-12);
        expect(value).toBeLessThanOrEqual(Math.max(from, to) + 1e-12);
      }),
    );
  });
});

describe("progress", () => {
  it("runs from 0 to 1 over the window", () => {
    const window = { from: { epochs: 5 }, to: { epochs: 8 } };
    expect([0, 40, 60, 80, 90].map((step) => progress(step, window, phase))).toEqual([0, 0, 0.5, 1, 1]);
    expect(progress(50, undefined, phase)).toBe(0.25);
  });
  it("is 0 all along where the window opens behind the end of the phase", () => {
    const window = { from: { epochs: 22 }, to: { epochs: 24 } };
    expect([0, 1, 100, 200].map((step) => progress(step, window, phase))).toEqual([0, 0, 0, 0]);
  });
  it("ends a repeat in its last pass", () => {
    expect([1, 2, 3, 4].map((i) => repeatProgress(i, 4))).toEqual([0.25, 0.5, 0.75, 1]);
  });
});
