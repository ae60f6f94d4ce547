import { param, scoreOf, termOf, type GateKind } from "../types.js";

/**
 * A multiplier for every unit, from 1. Its term is Σ|z|, as network slimming puts it on the scales of batch norms (Liu et al. 2017);
 * its slope at 0 is 0. Nothing of it is exactly 0 by itself: prune the lowest.
 */
export const scale: GateKind = {
  guards: "either",
  draws: "batch",
  ofWeights: false,
  args: {},
  takesShare: false,
  freezes: false,
  params: { scale: () => 1 },
  draw: (params) => ({
    z: param(params, "scale").slice(),
    back(dz, into) {
      const slope = param(into, "scale");
      for (let u = 0; u < dz.length; u++) slope[u] = (slope[u] ?? 0) + (dz[u] ?? 0);
    },
  }),
  through: "weights",
  term: termOf("scale", Math.abs, Math.sign),
  test: (params) => param(params, "scale").slice(),
  scores: { gate: scoreOf("scale", Math.abs, Math.sign) },
};
