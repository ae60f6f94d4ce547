import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { denseSetting } from "../../core/masks/vectors.js";
import { momentOf } from "../../core/masks/setting.js";
import { randomStream } from "../../../core/random.js";
import { pullRule } from "../../../runtime/along/pull.js";
import type { PullIr } from "../../../core/ir/types.js";
import { smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram, type Outcome } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-pull-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const network = smallNetwork();
const weights = ({ run }: Outcome, key = "d1/kernel"): Float32Array =>
  run.session.parameters.get(key)?.data ?? new Float32Array(0);
const slots = ({ run }: Outcome, key = "d1/kernel") => run.session.slots.get(key) ?? {};
/** The smallest |w| of these, for as many as shall be left. */
const kept = (values: Float32Array, zeros: number): Float32Array => {
  const edge = [...values].map(Math.abs).sort((a, b) => a - b)[zeros] ?? 0;
  return values.map((value) => (Math.abs(value) < edge ? 0 : value));
};
const off = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - (b[i] ?? NaN)));

describe("the slope of a pull", () => {
  it.each([false, true])("is that of its value, by differences; multipliers: %s", (multipliers) => {
    const stream = randomStream(3, "pull");
    const start = Array.from({ length: 12 }, (_, i) => stream.normal(i));
    const { setting, w, key } = denseSetting(start, 3);
    const ir: PullIr = {
      kind: "pull",
      id: 7,
      text: "pull",
      toward: { kind: "pruned", by: { name: "magnitude", expr: ["abs", "w"] }, scope: "local", to: 0.5 },
      multipliers,
      strength: 0.7,
    };
    const rule = pullRule(ir);
    const value = (slope = new Float32Array(12)) => rule.add(setting, momentOf(), new Map([[key, slope]]));
    value();
    for (let i = 0; i < 12; i++) w[i] = (w[i] ?? 0) + 0.3 * stream.normal(100 + i);
    rule.compress(setting, momentOf());
    for (let i = 0; i < 12; i++) w[i] = (w[i] ?? 0) + 0.3 * stream.normal(200 + i);
    const slope = new Float32Array(12);
    value(slope);
    expect(slope.some((one) => Math.abs(one) > 0.01)).toBe(true);
    for (let i = 0; i < 12; i++) {
      const here = w[i] ?? 0;
      w[i] = here + 0.01;
      const above = value();
      w[i] = here - 0.01;
      const below = value();
      w[i] = here;
      expect(slope[i]).toBeCloseTo((above - below) / 0.02, 4);
    }
  });
});

describe("a pull in training", () => {
  const steps = "train 8 epochs with sgd(rate: 0.05)";
  const pull = "pull weights toward pruned(in d1 by magnitude to 50%)";

  it("brings the weights to where they were pruned", async () => {
    const half = (outcome: Outcome) => {
      const now = weights(outcome);
      return off(now, kept(now, now.length / 2)) / Math.hypot(...now);
    };
    const pulled = half(
      await runProgram(`${steps} { ${pull} with multipliers strength 0.2 -> 8 exponential }`, network),
    );
    const free = half(await runProgram(steps, network));
    expect(free).toBeGreaterThan(0.2);
    expect(pulled).toBeLessThan(0.03);
  });

  it("chooses its aims at its moments, and holds them in between", async () => {
    const after = (length: string, rule: string) =>
      runProgram(`train ${length} with sgd(rate: 0.05) { ${pull} strength 0.1 ${rule} }`, network);
    const first = slots(await after("1 step", "every 2 steps"))["aim1"];
    expect(slots(await after("3 steps", "every 10 steps"))["aim1"]).toEqual(first);
    const moved = await after("2 steps", "every 2 steps");
    const now = weights(moved);
    expect(slots(moved)["aim1"]).toEqual(kept(now, now.length / 2));
    expect(slots(moved)["aim1"]).not.toEqual(first);
    expect(slots(moved)["multiplier1"]).toBeUndefined();
  });

  it("goes on in a finetune and begins anew in a train", async () => {
    const again = (word: string) =>
      runProgram(
        `${pull} with multipliers strength 0.1 every 4 steps
        train 4 steps with sgd(rate: 0.05)
        ${word} 1 step with sgd(rate: 0)`,
        network,
      );
    const goesOn = slots(await again("finetune"));
    expect(goesOn["multiplier1"]?.some((one) => one !== 0)).toBe(true);
    expect(slots(await again("train"))["multiplier1"]?.some((one) => one !== 0)).toBe(false);
  });

  it("leaves what is dead dead, and is cut by slim", async () => {
    const outcome = await runProgram(
      `prune neurons in d1 by l1 25%
      prune weights in d1 by magnitude to 40%
      train 2 epochs { pull weights toward pruned(by magnitude to 70%) with multipliers strength 0.1 every 3 steps; slim at step 7 }`,
      network,
    );
    const { parameters, state } = outcome.run.session;
    const codes = state.elements.get("d1/kernel") ?? new Uint8Array(0);
    const { data = new Float32Array(0) } = parameters.get("d1/kernel") ?? {};
    const { aim3: aims = new Float32Array(0), multiplier3: asked = new Float32Array(0) } = slots(outcome);
    expect(codes.some((code) => code === 1)).toBe(true);
    expect(aims).toHaveLength(data.length);
    codes.forEach((code, i) => {
      if (code === 1) expect([data[i], aims[i], asked[i]]).toEqual([0, 0, 0]);
    });
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it("is resumed bit for bit after a kill", async () => {
    const program = `train 2 epochs with adam(rate: 0.01) {
        pull weights toward pruned(by magnitude global from 0% to 90% cubic) with multipliers
            strength 1e-3 -> 1 exponential every 3 steps
      }
      prune weights by magnitude global to 90%
      finetune 1 epoch`;
    const whole = await runProgram(program, network);
    for (const last of [4, 9]) {
      const out = join(root, `killed-${last}`);
      const resumed = await killedAt(last, program, network, { out, checkpointEvery: "1steps" });
      expect(resumed.result.parameters).toEqual(whole.result.parameters);
      expect(resumed.result.report.history).toEqual(whole.result.report.history);
    }
  });
});
