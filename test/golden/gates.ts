import { deepEqual, equal } from "node:assert/strict";
import { gateKind } from "../../core/gates/registry.js";
import { scoresOf, settingOf, testValues } from "../../core/gates/values.js";
import type { Gates } from "../../core/gates/state.js";
import { maskedView } from "../../core/masks/masked.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { gateStep } from "../../runtime/along/gate-step.js";
import { openGates, settleGates } from "../../runtime/along/gates.js";
import { topology } from "../helpers/networks.js";
import { momentOf, prune, settingOf as settingOfModel } from "../core/masks/setting.js";
import { denseSetting } from "../core/masks/vectors.js";
import { statementOf } from "./method.js";
import { scaled } from "./penalties.js";
import { near, type Vector } from "./vector.js";

/** The gates that a method trains, as they are at the start. */
function opened(method: string, context: PruningContext) {
  const rule = { ir: statementOf(method, "learn"), active: () => true };
  openGates(context, [rule]);
  const gates = context.state.gates.get(rule.ir.id);
  if (gates === undefined) throw new Error(`${method} has no gates`);
  const at = { step: 0, clock: 0, rows: 1, examples: 1, of: () => momentOf() };
  return {
    gates,
    /** What each gate learns of these gradients of the weights that the network computes with. */
    learn(key: string, gradient: readonly number[]) {
      const gradients = new Map([[key, Float32Array.from(gradient)]]);
      const { of } = gateStep(context, [rule], at)?.back(gradients) ?? {};
      return { ofGates: [...(of?.values() ?? [])][0]?.gradient ?? [], ofWeights: gradients.get(key) ?? [] };
    },
    /** What the gates add to the loss at a strength of 1, of one example. */
    term: () =>
      gateStep(context, [rule], { ...at, of: () => ({ ...momentOf(), value: atFull }) })?.back(new Map())
        .term,
    settle: () => settleGates(context, [rule]),
  };
}

/** A strength that rises to 1 has come to it. */
const atFull: Moment["value"] = (value) => (typeof value === "number" ? value : 1);

const set = ({ params }: Gates, name: string, values: readonly number[]): void => params[name]?.set(values);
const weights = [1, -2, 3, 4];

export const gates: readonly Vector[] = [
  {
    vector: "G11",
    method: "l0",
    about:
      "at log α of −1, 0, 1, −2.5 and 2.5 the test gates are 0.22273, 0.5, 0.77727, 0 and 1, and the fourth goes",
    async check() {
      const setting = scaled([1, 1, 1, 1, 1]);
      const { gates: own, settle } = opened("l0", setting);
      set(own, "logalpha", [-1, 0, 1, -2.5, 2.5]);
      settle();
      near(testValues(setting.network, own), [0.22273, 0.5, 0.77727, 0, 1]);
      await prune(setting, statementOf("l0", "prune"), momentOf());
      equal(setting.state.channels.filter((code) => code === 1).length, 1);
    },
  },
  {
    vector: "straight",
    method: "bernoulli-ste",
    about: "the gradient of a gate is that of its draw, whatever was drawn, and gates below a half go",
    async check() {
      const { setting, key } = denseSetting(weights, 1);
      const { gates: own, learn, settle } = opened("bernoulli-ste", setting);
      set(own, "open", [0, 1, 0.49, 0.5]);
      const { ofGates, ofWeights } = learn(key, [1, 1, 1, 1]);
      near(ofGates, [1 + 1e-4, -2 + 1e-4, 3 + 1e-4, 4 + 1e-4], 5);
      deepEqual([ofWeights[0], ofWeights[1]], [0, 1]);
      settle();
      await prune(setting, statementOf("bernoulli-ste", "prune"), momentOf());
      deepEqual([...(setting.parameters.get(key)?.data ?? [])], [0, -2, 0, 4]);
    },
  },
  {
    vector: "coarse",
    method: "autoprune",
    about:
      "the gradient of an auxiliary parameter has the sign of the weight and the slope of softplus, and closed ones go",
    async check() {
      const { setting, key } = denseSetting(weights, 1);
      const { gates: own, learn, settle } = opened("autoprune", setting);
      set(own, "m", [-1, 0, 1, -0.5]);
      near(learn(key, [1, 1, 1, 1]).ofGates, [0.268968, -0.49995, 0.731132, 0.377578], 5);
      settle();
      await prune(setting, statementOf("autoprune", "prune"), momentOf());
      deepEqual([...(setting.parameters.get(key)?.data ?? [])], [0, -2, 3, 0]);
    },
  },
  {
    vector: "G11",
    method: "continuous-sparsification",
    about:
      "at s of −0.1, 0, 0.05 and 0.5 the gates are 0.950042, 1, 1.024995 and 1.244919, in the end 0, 0, 2 and 2",
    async check() {
      const { setting, key } = denseSetting(weights, 1);
      const { gates: own, settle } = opened("continuous-sparsification", setting);
      set(own, "s", [-0.1, 0, 0.05, 0.5]);
      own.args = { ...own.args, temperature: 1 };
      near(testValues(setting.network, own), [0.950042, 1, 1.024995, 1.244919]);
      settle();
      deepEqual([...(maskedView(setting).get(key)?.data ?? [])], [0, -0, 6, 8]);
      await prune(setting, statementOf("continuous-sparsification", "prune"), momentOf());
      deepEqual([...(setting.parameters.get(key)?.data ?? [])], [0, 0, 3, 4]);
    },
  },
  {
    vector: "scores",
    method: "edge-popup",
    about:
      "the highest half of |S| makes the network, ∂L/∂S is sign(S)·w·g for all of them, and no weight moves",
    async check() {
      const { setting, key } = denseSetting(weights, 1);
      const { gates: own, learn, settle } = opened("edge-popup", setting);
      set(own, "score", [-0.9, 0.1, 0.5, -0.2]);
      const { ofGates, ofWeights } = learn(key, [1, 1, 2, 1]);
      near(ofGates, [-1, -2, 6, -4]);
      deepEqual([...ofWeights], [0, 0, 0, 0]);
      settle();
      await prune(setting, statementOf("edge-popup", "prune"), momentOf());
      deepEqual([...(setting.parameters.get(key)?.data ?? [])], [1, 0, 3, 0]);
    },
  },
  {
    vector: "probabilities",
    method: "supermask",
    about: "the gradient of a probability is w·g, whatever was drawn, and nothing is priced",
    async check() {
      const { setting, key } = denseSetting(weights, 1);
      const { gates: own, learn, settle } = opened("supermask", setting);
      near(own.params["open"] ?? [], [0.6, 0.6, 0.6, 0.6]);
      near(learn(key, [1, 1, 2, 1]).ofGates, [1, -2, 6, 4]);
      set(own, "open", [0.4, 0.6, 0.5, 0.1]);
      settle();
      await prune(setting, statementOf("supermask", "prune"), momentOf());
      deepEqual([...(setting.parameters.get(key)?.data ?? [])], [0, -2, 3, 0]);
    },
  },
  {
    vector: "G12",
    method: "sparse-vd",
    about:
      "at log α of −8, −4, −2, 0, 1, 2, 3, 5 and 8 the divergence is 4.6359, 2.63421, 1.54053, 0.43124, 0.17797, 0.06842, 0.02542, 0.00342 and 0.00017, and those above 3 go",
    async check() {
      const alphas = [-8, -4, -2, 0, 1, 2, 3, 5, 8];
      const divergences = [4.6359, 2.63421, 1.54053, 0.43124, 0.17797, 0.06842, 0.02542, 0.00342, 0.00017];
      alphas.forEach((alpha, i) => {
        const { gates: own, term } = opened("sparse-vd", denseSetting([1], 1).setting);
        set(own, "logvar", [alpha]);
        near([term() ?? NaN], [divergences[i] ?? NaN]);
      });
      const { setting, key } = denseSetting(
        alphas.map(() => 1),
        1,
      );
      const { gates: own, settle } = opened("sparse-vd", setting);
      set(own, "logvar", alphas);
      settle();
      await prune(setting, statementOf("sparse-vd", "prune"), momentOf());
      deepEqual(
        [...(setting.parameters.get(key)?.data ?? [])],
        alphas.map((alpha) => Number(alpha <= 3)),
      );
    },
  },
  {
    vector: "log-normal",
    method: "sbp",
    about:
      "at (μ, log σ) of (0, −5), (−1, −2), (−3, 0) and (−5, 1) the means are 0.99465, 0.37126, 0.08033 and 0.05318, the divergence 13.10161 in all, and the last two go, whose signal to noise is 0.84773 and 0.40851, not 246.699 and 7.35525",
    async check() {
      const setting = scaled([1, 1, 1, 1]);
      const { gates: own, term, settle } = opened("sbp", setting);
      set(own, "mu", [0, -1, -3, -5]);
      set(own, "logsigma", [-5, -2, 0, 1]);
      near([term() ?? NaN], [7.26994 + 3.57679 + 1.5848 + 0.68017], 4);
      settle();
      near(testValues(setting.network, own), [0.99465, 0.37126, 0.08033, 0.05318]);
      const signals = scoresOf(setting.network, own, "snr", () => undefined) ?? [];
      near(signals, [246.699, 7.35525, 0.84773, 0.40851], 3);
      await prune(setting, statementOf("sbp", "prune"), momentOf());
      deepEqual([...setting.state.channels.subarray(1, 5)], [0, 0, 1, 1]);
    },
  },
  {
    vector: "half-Cauchy",
    method: "bayesian-compression",
    about:
      "at medians of 1 and log variances of −9, 0 and log 2 the means are 1.00003, 1.28403 and 1.64872, the divergence 13.96154 in all, and the third goes, whose signal to noise is 0.76",
    async check() {
      const setting = scaled([1, 1, 1]);
      const { gates: own, term, settle } = opened("bayesian-compression", setting);
      for (const name of ["logvara", "logvarb"]) set(own, name, [-9, 0, Math.log(2)]);
      near([term() ?? NaN], [13.96154], 4);
      settle();
      near(testValues(setting.network, own), [1.00003, 1.28403, 1.64872]);
      await prune(setting, statementOf("bayesian-compression", "prune"), momentOf());
      equal(setting.state.channels.filter((code) => code === 1).length, 1);
    },
  },
  {
    vector: "attention",
    method: "pcas",
    about:
      "through W₁ = (1, 0.5, −0.25, 2), W₂ = (1, −2, 0.5, 3) and b = (0, 0.1, −0.2, 0.3) means of (−0.5, −1, 2, 0) give 0.5, 0.524979, 0.450166 and 0.574443, those of (2, −1, 0.5, 1) give 0.966914, 0.001292, 0.815703 and 0.99997, and the half with the least attention goes",
    async check() {
      const setting = scaled([1, 1, 1, 1]);
      const { gates: own, settle } = opened("pcas", setting);
      set(own, "squeeze", [1, 0.5, -0.25, 2]);
      set(own, "excite", [1, -2, 0.5, 3]);
      set(own, "bias", [0, 0.1, -0.2, 0.3]);
      const kind = gateKind("attention");
      const means = Float32Array.of(-0.5, -1, 2, 0, 2, -1, 0.5, 1);
      const { z } = kind.attend?.(own.params, settingOf(setting.network, own), 0, means, 2) ?? {};
      near(z ?? [], [0.5, 0.524979, 0.450166, 0.574443, 0.966914, 0.001292, 0.815703, 0.99997]);
      kind.note?.(own.params, Float32Array.of(0.9, 0.2, 0.8, 0.7));
      kind.note?.(own.params, Float32Array.of(0.7, 0.6, 0.4, 0.9));
      near(testValues(setting.network, own), [0.8, 0.4, 0.6, 0.8]);
      settle();
      await prune(setting, statementOf("pcas", "prune"), momentOf());
      deepEqual([...setting.state.channels.subarray(1, 5)], [0, 1, 1, 0]);
    },
  },
  {
    vector: "SAL",
    method: "shift-attention",
    about:
      "scores of 0.1, 0.5, 0.4, 0.9 and 0.2 are 0.046170, 0.166776, 0.120973, 0.602431 and 0.063651 at a temperature of 1, and the fourth weight alone stays",
    async check() {
      const b = topology();
      const y = b.call(
        "Conv1D",
        { filters: 1, kernel_size: [5], use_bias: false },
        [b.input([9, 1])],
        "conv",
      );
      const setting = settingOfModel(b.build([y]));
      setting.parameters.get("conv/kernel")?.data.set([1, 2, 3, 4, 5]);
      const { gates: own, settle } = opened("shift-attention", setting);
      set(own, "score", [0.1, 0.5, 0.4, 0.9, 0.2]);
      own.args = { temperature: 1 };
      near(testValues(setting.network, own), [0.04617, 0.166776, 0.120973, 0.602431, 0.063651]);
      settle();
      deepEqual([...(maskedView(setting).get("conv/kernel")?.data ?? [])], [0, 0, 0, 4, 0]);
      await prune(setting, statementOf("shift-attention", "prune"), momentOf());
      deepEqual([...(setting.parameters.get("conv/kernel")?.data ?? [])], [0, 0, 0, 4, 0]);
    },
  },
  {
    vector: "gains",
    method: "gain-decay",
    about:
      "gains of 0.5, −2, 0.1, 1 and 3 cost 6.6 times the strength, and of five units the two of 0.1 and 0.5 go",
    async check() {
      const setting = scaled([1, 1, 1, 1, 1]);
      const { gates: own, term, settle } = opened("gain-decay", setting);
      set(own, "scale", [0.5, -2, 0.1, 1, 3]);
      near([...testValues(setting.network, own)], [0.5, -2, 0.1, 1, 3]);
      near([term() ?? NaN], [6.6e-3]);
      settle();
      await prune(setting, statementOf("gain-decay", "prune", { share: "40%" }), momentOf());
      deepEqual([...setting.state.channels].filter((code) => code === 1).length, 2);
    },
  },
];
