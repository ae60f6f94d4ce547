import { deepEqual, equal } from "node:assert/strict";
import { mixedPenalty } from "../../runtime/along/mixed-penalty.js";
import { penaltyRule } from "../../runtime/along/penalty.js";
import { topology } from "../helpers/networks.js";
import { denseSetting } from "../core/masks/vectors.js";
import { momentOf, prune, settingOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** A convolution with a batch norm of these scales, and a dense layer. */
export function scaled(gamma: readonly number[]) {
  const b = topology();
  const conv = b.call("Conv2D", { filters: gamma.length, kernel_size: [1, 1] }, [b.input([2, 2, 1])], "conv");
  const flat = b.call("Flatten", {}, [b.call("BatchNormalization", {}, [conv], "norm")]);
  const setting = settingOf(b.build([b.call("Dense", { units: 2 }, [flat])]));
  setting.parameters.get("norm/gamma")?.data.set(gamma);
  return setting;
}

interface OnWeights {
  readonly values: readonly number[];
  /** Units of the dense layer that they are the weights of. */
  readonly outputs?: number;
  readonly set?: Readonly<Record<string, string>>;
  /** What the penalty is over in place of what the method says: the groups of the vector. */
  readonly rows?: boolean;
}

/** Value and slope of a method's penalty on the weights of a dense layer, at strength 1. */
function penaltyOn(method: string, { values, outputs = 1, set = {}, rows = false }: OnWeights) {
  const { setting, key } = denseSetting(values, outputs);
  const slope = new Float32Array(values.length);
  const said = statementOf(method, "penalize", set);
  const ir = { ...said, strength: 1, ...(rows && { structure: "rows" as const }) };
  const value = penaltyRule(ir).add(setting, momentOf(), new Map([[key, slope]]));
  return { value, slope };
}

const wide = [-2, -0.5, 0, 0.1, 1];
const groups = [3, 4, 0, 0, 0.6, 0.8];
const marked = [0.5, -0.1, 0.02, -0.9];

export const penalties: readonly Vector[] = [
  {
    vector: "sign",
    method: "slimming",
    about:
      "the slope of the penalty is the strength times the sign of each scale, and the smallest scales go",
    async check() {
      const gamma = [0.5, -0.25, 1, 0, -2];
      const setting = scaled(gamma);
      const slope = new Float32Array(5);
      const { strength } = statementOf("slimming", "penalize");
      equal(strength, 1e-4);
      const rule = mixedPenalty(statementOf("slimming", "penalize", { strength: "0.5" }));
      const value = rule.add(setting, momentOf(), new Map([["norm/gamma", slope]]));
      near([value], [1.875]);
      near(slope, [0.5, -0.5, 0.5, 0, -0.5]);
      await prune(setting, statementOf("slimming", "prune", { share: "40%" }), momentOf());
      deepEqual([...(setting.parameters.get("norm/gamma")?.data ?? [])], [0.5, 0, 1, 0, -2]);
    },
  },
  {
    vector: "G9",
    method: "weight-elimination",
    about: "the penalty counts large weights, and its slope falls to nothing for them",
    check() {
      const { value, slope } = penaltyOn("weight-elimination", { values: wide });
      near([value], [0.8 + 0.2 + 0.009901 + 0.5]);
      near(slope, [-0.16, -0.64, 0, 0.196059, 0.5]);
    },
  },
  {
    vector: "G9",
    method: "l-half",
    about: "roots of |w| with their slopes, smoothed below 0.01, with slope 0 at 0",
    check() {
      const { value, slope } = penaltyOn("l-half", { values: [-2, -0.5, 0, 0.005, 1] });
      near([value], [1.414214 + 0.707107 + 0.061237 + 0.074477 + 1]);
      near(slope, [-0.353553, -0.707107, 0, 4.6155, 0.5], 4);
    },
  },
  {
    vector: "G9",
    method: "ssl",
    about: "norms of groups, each pulled along its own direction, a group of zeros not at all",
    check() {
      const { value, slope } = penaltyOn("ssl", { values: groups, outputs: 2, rows: true });
      near([value], [6]);
      near(slope, [0.6, 0.8, 0, 0, 0.6, 0.8]);
    },
  },
  {
    vector: "G9",
    method: "group-lasso",
    about: "norms of groups times the root of their size",
    check() {
      const root = Math.SQRT2;
      const { value, slope } = penaltyOn("group-lasso", { values: groups, outputs: 2, rows: true });
      near([value], [6 * root]);
      near(slope, [0.6 * root, 0.8 * root, 0, 0, 0.6 * root, 0.8 * root]);
    },
  },
  {
    vector: "G9",
    method: "swd",
    about: "only the weights that would go decay: 2 s w for the smallest half",
    check() {
      const { value, slope } = penaltyOn("swd", { values: marked, set: { sparsity: "50%" } });
      near([value], [0.0104]);
      near(slope, [0, -0.2, 0.04, 0]);
    },
  },
  {
    vector: "members",
    method: "vacl",
    about:
      "the norm of all that two added layers give a channel, times the root of its size, and the deviation of both norms",
    check() {
      const b = topology();
      const input = b.input([2, 2, 2]);
      const branch = (name: string) =>
        b.call("Conv2D", { filters: 2, kernel_size: [1, 1], use_bias: false }, [input], name);
      const flat = b.call("Flatten", {}, [b.call("Add", {}, [branch("one"), branch("two")])]);
      const setting = settingOf(b.build([b.call("Dense", { units: 2 }, [flat])]));
      // A row for each input, a column for each filter.
      setting.parameters.get("one/kernel")?.data.set([3, 0.6, 4, 0.8]);
      setting.parameters.get("two/kernel")?.data.set([0, 0.6, 1, 0.8]);
      const [one, two] = [new Float32Array(4), new Float32Array(4)];
      const rule = mixedPenalty(statementOf("vacl", "penalize", { strength: "1" }));
      const value = rule.add(
        setting,
        momentOf(),
        new Map([
          ["one/kernel", one],
          ["two/kernel", two],
        ]),
      );
      const [whole, root] = [Math.sqrt(26), Math.SQRT2];
      near([value], [2 * whole + 2 + 2 * root]);
      near(one, [6 / whole + 0.3, 1.2 / root, 8 / whole + 0.4, 1.6 / root]);
      near(two, [0, 1.2 / root, 2 / whole - 0.5, 1.6 / root]);
    },
  },
  {
    vector: "trained",
    method: "joint-sparsity",
    about:
      "the smallest half decays by 2 e^z w / n, and z has the slope (e^z sum w^2 - half of n times the price) / n",
    check() {
      const { setting, key } = denseSetting(marked);
      const ir = statementOf("joint-sparsity", "penalize", { sparsity: "50%", price: "0.25" });
      setting.slots.set(`penalty ${ir.id}|zeta`, { value: Float32Array.of(Math.LN2) });
      const slope = new Float32Array(4);
      const rule = mixedPenalty(ir);
      const value = rule.add(setting, momentOf(), new Map([[key, slope]]));
      near([value], [(2 * (0.01 + 0.0004) - 2 * 0.25 * Math.LN2) / 4]);
      near(slope, [0, -0.1, 0.02, 0]);
      near(rule.trained[0]?.gradient ?? [], [(2 * 0.0104 - 2 * 0.25) / 4]);
    },
  },
  {
    vector: "responsibilities",
    method: "soft-weight-sharing",
    about:
      "a weight follows each Gaussian by how far that answers for it, and so do their means, widths and shares",
    check() {
      const { setting, key } = denseSetting(marked);
      const ir = { ...statementOf("soft-weight-sharing", "penalize", { apart: "0.4" }), strength: 1 };
      const slope = new Float32Array(4);
      const rule = mixedPenalty(ir);
      const value = rule.add(setting, momentOf(), new Map([[key, slope]]));
      const of = (name: string) =>
        rule.trained.find((one) => one.key.endsWith(`|${name}`))?.gradient[0] ?? NaN;
      const bells = [
        { share: 3, center: 0, width: -2 },
        { share: 0, center: -0.4, width: -1.4 },
        { share: 0, center: 0.4, width: -1.4 },
      ];
      const whole = bells.reduce((sum, { share }) => sum + Math.exp(share), 0);
      const each = marked.map((w) => {
        const parts = bells.map(
          ({ share, center, width }) =>
            (Math.exp(share) / whole) * Math.exp(-width - 0.5 * ((w - center) / Math.exp(width)) ** 2),
        );
        const density = parts.reduce((a, b) => a + b, 0);
        return { w, density, answers: parts.map((part) => part / density) };
      });
      const sum = (j: number, f: (w: number, r: number) => number): number =>
        each.reduce((so, { w, answers }) => so + f(w, answers[j] ?? 0), 0);
      const variance = (j: number): number => Math.exp(2 * (bells[j]?.width ?? 0));
      near([value], [each.reduce((so, { density }) => so - Math.log(density), 0)], 4);
      near(
        slope,
        each.map(({ w, answers }) =>
          answers.reduce((so, r, j) => so + (r * (w - (bells[j]?.center ?? 0))) / variance(j), 0),
        ),
        4,
      );
      near([of("low")], [sum(1, (w, r) => (r * (-0.4 - w)) / variance(1))], 4);
      near([of("s")], [sum(0, (w, r) => r * (1 - w ** 2 / variance(0)))], 4);
      near([of("q")], [sum(1, (_, r) => 1 / whole - r)], 4);
    },
  },
  {
    vector: "growth",
    method: "growing-regularization",
    about: "only the smallest half is pulled: 2 s w",
    check() {
      const set = { share: "50%" };
      const { slope } = penaltyOn("growing-regularization", { values: marked, outputs: 2, set, rows: true });
      near(
        slope,
        [0, 0, 0, 0].map((_, i) => (i < 2 ? 2 * (marked[i] ?? 0) : 0)),
      );
    },
  },
  {
    vector: "slope",
    method: "weight-decay",
    about: "the slope is 2 s w",
    check: () => near(penaltyOn("weight-decay", { values: wide }).slope, [-4, -1, 0, 0.2, 2]),
  },
  {
    vector: "slope",
    method: "l1",
    about: "the slope is the sign of w, 0 at 0",
    check: () => near(penaltyOn("l1", { values: wide }).slope, [-1, -1, 0, 1, 1]),
  },
];
