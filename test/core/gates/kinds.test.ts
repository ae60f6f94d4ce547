import { describe, expect, it } from "vitest";
import { gateKind, gateNames, type GateName } from "../../../core/gates/registry.js";
import type { Params, Setting } from "../../../core/gates/types.js";
import { randomStream } from "../../../core/random.js";

/** Values at which a kind is looked at: away from where it has no slope. */
const spread = (n: number, seed: number): Float32Array => {
  const stream = randomStream(seed, "params");
  return Float32Array.from({ length: n }, (_, i) => 0.3 + 0.4 * stream.uniform(i));
};
const units = 12;
/** Two kernels of three places for each of two outputs. */
const taps = { start: 0, places: 3, inputs: 2, outputs: 2 };

function settingOf(name: GateName, more: Partial<Setting> = {}): Setting {
  const args = Object.fromEntries(
    Object.entries(gateKind(name).args).map(([key, { usual }]) => [
      key,
      typeof usual === "number" ? usual : 3,
    ]),
  );
  const groups = [{ start: 0, end: units }];
  const kernels = gateKind(name).guards === "taps" ? [taps] : [];
  return { args, share: 0.4, settled: false, units, groups, kernels, ...more };
}
function paramsOf(name: GateName, seed = 1): Record<string, Float32Array> {
  const kind = gateKind(name);
  const { args, ...lie } = settingOf(name);
  const lengthOf = (key: string): number =>
    kind.blocks?.[key]?.(lie, args).reduce((sum, { size }) => sum + size, 0) ?? units;
  const keys = [
    ...Object.keys(kind.params),
    ...Object.keys(kind.kept ?? {}),
    ...(kind.ofWeights ? ["w"] : []),
  ];
  return Object.fromEntries(keys.map((key, i) => [key, spread(lengthOf(key), seed + i)]));
}
/** Those that train. */
const trained = (name: GateName, params: Params) =>
  Object.entries(params).filter(([key]) => gateKind(name).kept?.[key] === undefined);
const zeros = (params: Params) =>
  Object.fromEntries(Object.entries(params).map(([key, { length }]) => [key, new Float32Array(length)]));
const uniform = (unit: number, row: number): number =>
  randomStream(5, "draws", row).uniform(unit) * 0.9 + 0.05;
const close = (a: ArrayLike<number>, b: readonly number[], digits = 5): void =>
  b.forEach((value, i) => expect(a[i]).toBeCloseTo(value, digits));

/** Kinds whose gradient is that of what they draw. The others take another in its place, which their files say. */
const straight: ReadonlySet<GateName> = new Set(["bernoulli", "threshold", "score"]);

describe.each(gateNames)("%s", (name) => {
  const kind = gateKind(name);

  it("differentiates its term as finite differences do", () => {
    if (kind.term === null) return;
    const params = paramsOf(name);
    const slopes = zeros(params);
    const weight = Float64Array.from({ length: units }, (_, i) => 0.5 + i);
    const setting = settingOf(name);
    const { term } = kind;
    term.add(params, setting, weight, slopes);
    const step = 1e-3;
    for (const [key, values] of trained(name, params))
      for (let i = 0; i < values.length; i++) {
        const at = (move: number) => {
          const moved = { ...params, [key]: values.map((value, j) => (i === j ? value + move : value)) };
          return term.add(moved, setting, weight, zeros(params));
        };
        const slope = (at(step) - at(-step)) / (2 * step);
        expect(Math.abs((slopes[key]?.[i] ?? NaN) - slope)).toBeLessThan(5e-3 * (1 + Math.abs(slope)));
      }
  });

  it("differentiates what it draws as finite differences do, or says what it takes instead", () => {
    const params = paramsOf(name);
    const setting = settingOf(name);
    const rows = kind.draws === "example" ? 3 : 1;
    const { z, back } = kind.draw(params, setting, uniform, rows);
    expect(z).toHaveLength(rows * units);
    const slopes = zeros(params);
    const dz = Float64Array.from({ length: rows * units }, (_, i) => 1 + i / 2);
    back(dz, slopes);
    const step = 1e-3;
    for (const [key, values] of trained(name, params))
      for (let i = 0; i < values.length; i++) {
        const given = slopes[key]?.[i] ?? NaN;
        if (straight.has(name)) {
          expect(given).toBeGreaterThan(0);
          continue;
        }
        const at = (move: number) => {
          const moved = { ...params, [key]: values.map((v, j) => (i === j ? v + move : v)) };
          const { z: there } = kind.draw(moved, setting, uniform, rows);
          return there.reduce((sum, value, n) => sum + value * (dz[n] ?? 0), 0);
        };
        const slope = (at(step) - at(-step)) / (2 * step);
        expect(Math.abs(given - slope)).toBeLessThan(5e-3 * (1 + Math.abs(slope)));
      }
  });

  it("differentiates its scores as finite differences do", () => {
    const setting = settingOf(name);
    for (const score of Object.values(kind.scores)) {
      const params = paramsOf(name);
      const slopes = zeros(params);
      const along = Float64Array.from({ length: units }, (_, i) => 0.5 + i);
      if (score.back === null) continue;
      score.back(along, params, setting, slopes);
      const step = 1e-3;
      for (const [key, values] of trained(name, params))
        for (let i = 0; i < values.length; i++) {
          const at = (move: number) => {
            const moved = { ...params, [key]: values.map((value, j) => (i === j ? value + move : value)) };
            return score.of(moved, setting).reduce((sum, value, n) => sum + value * (along[n] ?? 0), 0);
          };
          const slope = (at(step) - at(-step)) / (2 * step);
          expect(Math.abs((slopes[key]?.[i] ?? NaN) - slope)).toBeLessThan(5e-3 * (1 + Math.abs(slope)));
        }
    }
  });

  it("differentiates what it makes of activations as finite differences do", () => {
    if (kind.attend === undefined) return;
    const [setting, rows] = [settingOf(name), 3];
    const params: Record<string, Float32Array> = { ...paramsOf(name), means: spread(rows * units, 9) };
    const attend = (all: Params) => {
      const found = kind.attend?.(all, setting, 0, all["means"] ?? new Float32Array(0), rows);
      if (found === undefined) throw new Error("no module");
      return found;
    };
    const { z, back } = attend(params);
    expect(z).toHaveLength(rows * units);
    const dz = Float32Array.from({ length: rows * units }, (_, i) => 1 + i / 20);
    const told = zeros(params);
    const slopes: Params = { ...told, means: back(dz, told) };
    const step = 1e-2;
    for (const [key, values] of trained(name, params))
      for (let i = 0; i < values.length; i++) {
        const at = (move: number) => {
          const moved = { ...params, [key]: values.map((v, j) => (i === j ? v + move : v)) };
          return attend(moved).z.reduce((sum, value, n) => sum + value * (dz[n] ?? 0), 0);
        };
        const slope = (at(step) - at(-step)) / (2 * step);
        expect(Math.abs((slopes[key]?.[i] ?? NaN) - slope)).toBeLessThan(5e-3 * (1 + Math.abs(slope)));
      }
  });

  it("draws the same from the same draws, and gives its scores for every unit", () => {
    const params = paramsOf(name);
    const once = kind.draw(params, settingOf(name), uniform, 1).z;
    expect(kind.draw(params, settingOf(name), uniform, 1).z).toEqual(once);
    for (const score of Object.values(kind.scores))
      expect(score.of(params, settingOf(name))).toHaveLength(units);
    expect(kind.test(params, settingOf(name))).toHaveLength(units);
  });
});

/** Golden vectors, worked out with numpy from the formulas of the papers. */
describe("hard-concrete", () => {
  const kind = gateKind("hard-concrete");
  const setting = settingOf("hard-concrete");
  const at = (...logalpha: number[]): Params => ({ logalpha: Float32Array.from(logalpha) });

  it("is open with these probabilities", () => {
    const slopes = zeros(at(0, 0, 0));
    const open = [-1, 0, 1].map((x, i) =>
      kind.term?.add(at(x), { ...setting }, Float64Array.of(1), {
        logalpha: (slopes["logalpha"] ?? new Float32Array(3)).subarray(i, i + 1),
      }),
    );
    close(open.map(Number), [0.645335, 0.831822, 0.930771]);
    close(slopes["logalpha"] ?? [], [0.228878, 0.139894, 0.064436]);
  });
  it("has these test values, exactly 0 and 1 beyond ±2.3979", () => {
    const test = kind.test(at(-1, 0, 1, -2.398, 2.398, -2.3978, 2.3978), setting);
    close(test, [0.22273, 0.5, 0.77727]);
    expect([test[3], test[4]]).toEqual([0, 1]);
    expect(test[5]).toBeGreaterThan(0);
    expect(test[6]).toBeLessThan(1);
  });
  it("draws these values", () => {
    const slopes = zeros(at(0, 0, 0));
    const { z, back } = kind.draw(at(-1, 0, 1), setting, () => 0.5, 1);
    back(Float64Array.of(1, 1, 1), slopes);
    close(z, [0.118911, 0.5, 0.881089]);
    close(slopes["logalpha"] ?? [], [0.268464, 0.45, 0.268464]);
    const draws = [0.3, 0.3, 0.9, 0.1];
    close(kind.draw(at(0, 2, 0, 0), setting, (i) => draws[i] ?? 0, 1).z, [0.162914, 0.91915, 1, 0]);
  });
  it("keeps log α between log 0.01 and log 100", () => {
    const params = at(-9, 0.5, 9);
    kind.clamp?.(params);
    close(params["logalpha"] ?? [], [-Math.log(100), 0.5, Math.log(100)]);
  });
});

describe("sigmoid", () => {
  const kind = gateKind("sigmoid");
  const params: Params = { s: Float32Array.of(-0.1, 0, 0.05, 0.5) };
  it.each([
    [1, [0.950042, 1, 1.024995, 1.244919]],
    [14.1421, [0.391141, 1, 1.339523, 1.998303]],
    [200, [0, 1, 1.999909, 2]],
  ])("has these values at temperature %s", (temperature, values) => {
    const setting = settingOf("sigmoid", { args: { start: 0, temperature } });
    close(kind.draw(params, setting, uniform, 1).z, values);
    close(kind.test(params, setting), values);
  });
  it("is a step once its training is over, and begins anew where it was undecided", () => {
    const setting = settingOf("sigmoid", { args: { start: 0, temperature: 200 }, settled: true });
    expect([...kind.test(params, setting)]).toEqual([0, 0, 2, 2]);
    const again = { s: Float32Array.of(-0.1, 0, 0.05) };
    kind.again?.(again, { start: 0, temperature: 200 });
    close(again.s, [-20, 0, 0]);
  });
});

describe("softmax over taps", () => {
  const line = { start: 0, places: 5, inputs: 1, outputs: 1 };
  const of = (name: GateName, score: readonly number[], more: Partial<Setting>) =>
    gateKind(name).test({ score: Float32Array.from(score) }, settingOf(name, more));
  it("has these values, and in the end the highest alone, the first of equal ones", () => {
    const scores = [0.1, 0.5, 0.4, 0.9, 0.2];
    const more = { args: { temperature: 1 }, units: 5, kernels: [line] };
    close(of("softmax", scores, more), [0.04617, 0.166776, 0.120973, 0.602431, 0.063651]);
    const settled = { ...more, settled: true };
    expect([...of("softmax", scores, settled)]).toEqual([0, 0, 0, 1, 0]);
    expect([...of("softmax", [0.2, 0.7, 0.1, 0.7, 0.7], settled)]).toEqual([0, 1, 0, 0, 0]);
  });
  it("has values and slopes where all scores are the same", () => {
    const more = { args: { temperature: 70 }, units: 5, kernels: [line] };
    const scores = [0.3, 0.3, 0.3, 0.3, 0.3];
    close(of("softmax", scores, more), [0.2, 0.2, 0.2, 0.2, 0.2]);
    const slopes = { score: new Float32Array(5) };
    const params = { score: Float32Array.from(scores) };
    const { back } = gateKind("softmax").draw(params, settingOf("softmax", more), uniform, 1);
    back(Float64Array.of(1, 2, 3, 4, 5), slopes);
    expect(slopes.score.every(Number.isFinite)).toBe(true);
  });
  it("has no share so small that products with it leave the range of normal numbers", () => {
    const wide = { ...line, places: 9 };
    const shares = of("softmax", [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2], {
      args: { temperature: 70 },
      units: 9,
      kernels: [wide],
    });
    // Those of the next are about exp(−26) and exp(−51), of the others exp(−77) and less.
    expect([...shares].filter((share) => share !== 0 && share < 1e-24)).toEqual([]);
    expect(shares[8]).toBeCloseTo(1, 6);
    expect(shares.filter((share) => share > 0)).toHaveLength(3);
  });
  it("is one for all kernels of an input where it is shared", () => {
    const more = {
      args: { temperature: 1 },
      settled: true,
      units: 12,
      kernels: [{ start: 0, places: 3, inputs: 2, outputs: 2 }],
    };
    // Scores by place and input; units by place, input and output.
    expect([...of("shared-softmax", [0.1, 0.9, 0.8, 0.2, 0.3, 0.4], more)]).toEqual([
      ...[0, 0, 1, 1],
      ...[1, 1, 0, 0],
      ...[0, 0, 0, 0],
    ]);
  });
  it("leaves kernels of one place as they are", () => {
    const more = {
      args: { temperature: 20 },
      units: 4,
      kernels: [{ start: 0, places: 1, inputs: 2, outputs: 2 }],
    };
    expect([...of("softmax", [0.1, 0.2, 0.3, 0.4], more)]).toEqual([1, 1, 1, 1]);
  });
});

describe("straight-through gates", () => {
  it("bernoulli hands on the gradient, stays within 0 and 1, and opens from ½ on", () => {
    const kind = gateKind("bernoulli");
    const params = { open: Float32Array.of(-0.5, 0.2, 0.5, 1.5) };
    kind.clamp?.(params);
    close(params.open, [0, 0.2, 0.5, 1]);
    expect([...kind.test(params, settingOf("bernoulli"))]).toEqual([0, 0, 1, 1]);
    const slopes = zeros(params);
    const { z, back } = kind.draw(params, settingOf("bernoulli"), () => 0.3, 1);
    expect([...z]).toEqual([0, 0, 1, 1]);
    back(Float64Array.of(1, 2, 3, 4), slopes);
    expect([...(slopes["open"] ?? [])]).toEqual([1, 2, 3, 4]);
  });
  it("threshold takes the slope of softplus for that of the step", () => {
    const kind = gateKind("threshold");
    const params = { m: Float32Array.of(-1, 0, 1) };
    const slopes = zeros(params);
    const { z, back } = kind.draw(params, settingOf("threshold"), uniform, 1);
    back(Float64Array.of(1, 1, 1), slopes);
    expect([...z]).toEqual([0, 1, 1]);
    close(slopes["m"] ?? [], [0.268941, 0.5, 0.731059]);
  });
  it("score opens the highest of every layer, of equal ones the first, whatever their sign", () => {
    const kind = gateKind("score");
    const params = { score: Float32Array.of(-3, 1, 1, 0.5, -0.1, -0.2) };
    const setting = settingOf("score", {
      share: 0.5,
      groups: [
        { start: 0, end: 4 },
        { start: 4, end: 6 },
      ],
    });
    expect([...kind.test(params, setting)]).toEqual([1, 1, 0, 0, 0, 1]);
    const slopes = zeros(params);
    kind.draw(params, setting, uniform, 1).back(new Float64Array(6).fill(1), slopes);
    expect([...(slopes["score"] ?? [])]).toEqual([-1, 1, 1, 1, -1, -1]);
  });
});

/** Closed forms of the papers, worked out with scipy. */
describe("noise", () => {
  it("variational dropout has the divergence of the table, and its noise to signal", () => {
    const kind = gateKind("variational-dropout");
    const terms = [-8, -4, -2, 0, 1, 2, 3, 5, 8].map((x) => {
      const params = { logvar: Float32Array.of(x), w: Float32Array.of(1) };
      return (
        kind.term?.add(params, settingOf("variational-dropout"), Float64Array.of(1), zeros(params)) ?? NaN
      );
    });
    close(terms, [4.6359, 2.63421, 1.54053, 0.43124, 0.17797, 0.06842, 0.02542, 0.00342, 0.00017], 4);
    const params = { logvar: Float32Array.of(0, 2, -10), w: Float32Array.of(1, -0.5, 0) };
    close(kind.scores.alpha?.of(params, settingOf("variational-dropout")) ?? [], [
      0,
      Math.log(4) + 2,
      -10 - Math.log(1e-8),
    ]);
    expect([...kind.test(params, settingOf("variational-dropout"))]).toEqual([1, 1, 1]);
  });
  it("log-normal noise has these means, signals and divergences", () => {
    const kind = gateKind("log-normal");
    const setting = settingOf("log-normal");
    const params = { mu: Float32Array.of(0, -1, -3, -5), logsigma: Float32Array.of(-5, -2, 0, 1) };
    close(kind.test(params, setting), [0.99465, 0.37126, 0.08033, 0.05318]);
    close(kind.scores.snr?.of(params, setting) ?? [], [246.699, 7.35525, 0.84773, 0.40851], 3);
    const terms = [0, 1, 2, 3].map((i) =>
      kind.term?.add(
        params,
        setting,
        Float64Array.from({ length: 4 }, (_, n) => Number(n === i)),
        zeros(params),
      ),
    );
    close(terms.map(Number), [7.26994, 3.57679, 1.5848, 0.68017]);
  });
  it("log-normal noise has numbers at the ends of its ranges", () => {
    const kind = gateKind("log-normal");
    const params = {
      mu: Float32Array.of(5, -30, 0, -20, 0, -20),
      logsigma: Float32Array.of(9, -30, -20, -20, 5, 5),
    };
    kind.clamp?.(params);
    const slopes = zeros(params);
    const { z, back } = kind.draw(
      params,
      settingOf("log-normal"),
      (unit) => (unit % 2 === 0 ? 3e-8 : 1 - 3e-8),
      1,
    );
    back(new Float64Array(6).fill(1), slopes);
    kind.term?.add(params, settingOf("log-normal"), new Float64Array(6).fill(1), slopes);
    for (const values of [
      z,
      ...Object.values(slopes),
      kind.test(params, settingOf("log-normal")),
      kind.scores.snr?.of(params, settingOf("log-normal")) ?? [],
    ])
      expect([...values].every(Number.isFinite), String(values)).toBe(true);
  });
  it("a half-Cauchy scale has these means and divergences", () => {
    const kind = gateKind("horseshoe");
    const params = {
      mua: Float32Array.of(0, -1),
      mub: Float32Array.of(0, 0.5),
      logvara: Float32Array.of(-9, -1),
      logvarb: Float32Array.of(-9, 0),
    };
    const setting = settingOf("horseshoe");
    close(kind.test(params, setting), [1.000031, 0.924026]);
    close(kind.scores.gate?.of(params, setting) ?? [], [0.999938, 0.553236]);
    const terms = [0, 1].map((i) =>
      kind.term?.add(params, { ...setting, args: { scale: 0.5 } }, Float64Array.of(1 - i, i), zeros(params)),
    );
    close(terms.map(Number), [11.614014, 1.632387]);
  });
});

it("the mean of attention forgets what lies more than some 100 steps back", () => {
  const { note } = gateKind("attention");
  if (note === undefined) throw new Error("it keeps no mean");
  const params = { mean: Float32Array.of(1), steps: Float32Array.of(0) };
  for (let step = 0; step < 200; step++) note(params, Float32Array.of(0));
  expect(params.mean[0]).toBe(0);
  note(params, Float32Array.of(1));
  expect(params.mean[0]).toBeCloseTo(0.01, 6);
});
