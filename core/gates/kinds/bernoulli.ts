import { param, scoreOf, termOf, type GateKind } from "../types.js";

/**
 * Bernoulli gates with a straight-through gradient (Srinivas, Subramanya, Babu 2017, Training sparse neural networks): z = 1 with
 * probability g, else 0, and ∂L/∂g is taken for ∂L/∂z. The term is Σ g; g is kept in 0..1. Outside of training a gate is open where
 * g ≥ ½.
 */
export const bernoulli: GateKind = {
  guards: "either",
  draws: "batch",
  ofWeights: false,
  args: { open: { usual: 0.9, least: 0, most: 1 } },
  takesShare: false,
  freezes: false,
  params: { open: ({ args: { open = 0.9 } }) => open },
  draw(params, _, uniform) {
    const open = param(params, "open");
    return {
      z: open.map((g, i) => (uniform(i, 0) < g ? 1 : 0)),
      back(dz, into) {
        const slope = param(into, "open");
        for (let i = 0; i < dz.length; i++) slope[i] = (slope[i] ?? 0) + (dz[i] ?? 0);
      },
    };
  },
  through: "weights",
  term: termOf(
    "open",
    (g) => g,
    () => 1,
  ),
  test: (params) => param(params, "open").map((g) => (g >= 0.5 ? 1 : 0)),
  scores: { gate: scoreOf("open") },
  clamp(params) {
    const open = param(params, "open");
    for (let i = 0; i < open.length; i++) open[i] = Math.min(1, Math.max(0, open[i] ?? 0));
  },
};
