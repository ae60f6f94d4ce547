import { param, scoreOf, sigmoid, termOf, type GateKind } from "../types.js";

/**
 * Auxiliary parameters m with a threshold at 0 (AutoPrune; Xiao, Wang, Rajasekaran 2019): z = 1 where m ≥ 0, else 0. The gradient is
 * coarse: ∂L/∂m = ∂L/∂ŵ · sgn(w) · σ(m), the slope of softplus in place of that of the step and the sign of a weight in place of the
 * weight, so that small weights are not favoured. The term is Σ softplus(m).
 */
export const threshold: GateKind = {
  guards: "either",
  draws: "batch",
  ofWeights: false,
  args: { start: { usual: 0.5, least: 0, most: 10, open: true } },
  takesShare: false,
  freezes: false,
  params: { m: ({ args: { start = 0.5 } }) => start },
  draw(params) {
    const m = param(params, "m");
    return {
      z: m.map((x) => (x >= 0 ? 1 : 0)),
      back(dz, into) {
        const slope = param(into, "m");
        for (let i = 0; i < dz.length; i++) slope[i] = (slope[i] ?? 0) + (dz[i] ?? 0) * sigmoid(m[i] ?? 0);
      },
    };
  },
  through: "signs",
  term: termOf("m", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), sigmoid),
  test: (params) => param(params, "m").map((x) => (x >= 0 ? 1 : 0)),
  scores: { gate: scoreOf("m") },
};
