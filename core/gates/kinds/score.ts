import { param, scoreOf, type GateKind, type Params, type Setting } from "../types.js";

/** 1 for the units with the highest |S| of their layer, but for the share that is closed; of equal ones the later close first. */
function highest(params: Params, { share, groups }: Setting): Float32Array {
  const scores = param(params, "score");
  const z = new Float32Array(scores.length);
  for (const { start, end } of groups) {
    const order = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    order.sort((a, b) => Math.abs(scores[b] ?? 0) - Math.abs(scores[a] ?? 0) || a - b);
    const open = order.length - Math.round(share * order.length);
    for (let i = 0; i < open; i++) z[order[i] ?? 0] = 1;
  }
  return z;
}

/**
 * Scores that choose a subnetwork of weights which do not train (edge-popup; Ramanujan et al. 2020, What's hidden in a randomly
 * weighted neural network): z = 1 for the highest |S| of every layer, else 0, and ∂L/∂|S| is taken for ∂L/∂z. S starts uniform within
 * ±1/√(fan-in).
 */
export const score: GateKind = {
  guards: "weights",
  draws: "batch",
  ofWeights: false,
  args: {},
  takesShare: true,
  freezes: true,
  params: { score: ({ uniform, fanIn }) => (2 * uniform - 1) / Math.sqrt(Math.max(1, fanIn)) },
  draw(params, setting) {
    const scores = param(params, "score");
    return {
      z: highest(params, setting),
      back(dz, into) {
        const slope = param(into, "score");
        for (let i = 0; i < dz.length; i++)
          slope[i] = (slope[i] ?? 0) + (dz[i] ?? 0) * (Math.sign(scores[i] ?? 0) || 1);
      },
    };
  },
  through: "weights",
  term: null,
  test: highest,
  scores: { gate: scoreOf("score", Math.abs, Math.sign) },
};
