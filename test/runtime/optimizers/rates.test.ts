import { describe, expect, it } from "vitest";
import { rateSchedule, valueSchedule } from "../../../runtime/optimizers/rates.js";

const phase = { epochs: 10, stepsPerEpoch: 20 };

describe("rates", () => {
  it("are constants", () => {
    expect(rateSchedule(0.1, phase)(137)).toBe(0.1);
    expect(rateSchedule(["/", 1, 4], phase)(0)).toBe(0.25);
  });
  it("are refused where something else is written", () => {
    expect(() => rateSchedule(["*", "rate", 2], phase)).toThrow(
      /P7010.*`\["\*","rate",2\]` stands where a number/,
    );
  });
  it("fall in steps from the very moments on", () => {
    const rate = rateSchedule({ steps: { base: 1, at: [{ epochs: 6 }, { epochs: 8 }], by: 0.1 } }, phase);
    expect([0, 119, 120, 159, 160, 199].map(rate)).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2, 0.1 ** 2]);
  });
  it("move over the phase, exact at both ends", () => {
    const rate = rateSchedule({ moving: { from: 0.1, to: 0, curve: "cosine" } }, phase);
    expect(rate(0)).toBe(0.1);
    expect(rate(100)).toBeCloseTo(0.05, 12);
    expect(rate(200)).toBe(0);
  });
  it("move over their own window, and rest outside it", () => {
    const over = [{ epochs: 3 }, { epochs: 4 }] as const;
    const rate = valueSchedule({ moving: { from: 1, to: 2, curve: "linear", over } }, phase);
    expect([0, 40, 60, 80, 200].map(rate)).toEqual([1, 1, 1.5, 2, 2]);
  });
  it("take the rule's window where they have none", () => {
    const window = [{ share: 0.5 }, { share: 1 }] as const;
    const strength = valueSchedule({ moving: { from: 0, to: 1, curve: "linear" } }, phase, window);
    expect([100, 150, 200].map(strength)).toEqual([0, 0.5, 1]);
  });
  it("fall geometrically under `exponential`", () => {
    const rate = rateSchedule({ moving: { from: 1, to: 0.01, curve: "exponential" } }, phase);
    expect(rate(100)).toBeCloseTo(0.1, 12);
  });
});
