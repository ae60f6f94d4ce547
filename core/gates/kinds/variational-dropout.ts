import { param, type GateKind } from "../types.js";

/** −KL ≈ k₁·σ(k₂ + k₃·log α) − ½·log(1 + 1/α) − k₁; within 0.0085 of the exact one (by quadrature). */
const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];
/** Where log α is kept in the term: beyond it there is no slope. */
const bound = 8;
/** Beside w², so that a weight of 0 has a log α too. */
const tiny = 1e-8;

const logAlpha = (w: number, logVariance: number): number => logVariance - Math.log(w * w + tiny);

/**
 * Variational dropout with additive noise (Molchanov, Ashukha, Vetrov 2017, Variational dropout sparsifies deep neural networks): each
 * weight is w + σ·ε, and log σ² trains beside w. The term is the KL divergence to a log-uniform prior, a function of α = σ²/w² alone:
 * what it pushes to a large α is noise that the network does without (log α ≥ 3 is a dropout rate of 0.95). The test value is the mean of
 * the noise, 1 of the weight: prune the noisiest.
 */
export const variationalDropout: GateKind = {
  guards: "single weights",
  draws: "deviation",
  ofWeights: true,
  args: { start: { usual: -10, least: -20, most: 5 } },
  takesShare: false,
  freezes: false,
  params: { logvar: ({ args: { start = -10 } }) => start },
  draw(params) {
    const logVariance = param(params, "logvar");
    const z = new Float32Array(logVariance.length);
    for (let i = 0; i < z.length; i++) z[i] = Math.exp(0.5 * (logVariance[i] ?? 0));
    return {
      z,
      back(dz, into) {
        const slope = param(into, "logvar");
        for (let i = 0; i < dz.length; i++) slope[i] = (slope[i] ?? 0) + 0.5 * (dz[i] ?? 0) * (z[i] ?? 0);
      },
    };
  },
  through: "weights",
  term: {
    per: "unit",
    bound: true,
    usual: 1,
    add(params, _, weight, into) {
      const [w, logVariance] = [param(params, "w"), param(params, "logvar")];
      const [slope, ofWeights] = [param(into, "logvar"), param(into, "w")];
      let total = 0;
      for (let i = 0; i < w.length; i++) {
        const each = weight[i] ?? 0;
        if (each === 0) continue;
        const value = w[i] ?? 0;
        const free = logAlpha(value, logVariance[i] ?? 0);
        const x = Math.min(bound, Math.max(-bound, free));
        // 1/α, which is no larger than e^8 here.
        const inverse = Math.exp(-x);
        const open = 1 / (1 + Math.exp(-k2 - k3 * x));
        total += each * (k1 - k1 * open + 0.5 * Math.log1p(inverse));
        if (x !== free) continue;
        const pull = -each * (k1 * k3 * open * (1 - open) + (0.5 * inverse) / (1 + inverse));
        slope[i] = (slope[i] ?? 0) + pull;
        ofWeights[i] = (ofWeights[i] ?? 0) - (pull * 2 * value) / (value * value + tiny);
      }
      return total;
    },
  },
  test: (params) => new Float32Array(param(params, "logvar").length).fill(1),
  scores: {
    alpha: {
      of(params) {
        const w = param(params, "w");
        return param(params, "logvar").map((x, i) => logAlpha(w[i] ?? 0, x));
      },
      back(slope, params, _, into) {
        const w = param(params, "w");
        const [ofVariance, ofWeights] = [param(into, "logvar"), param(into, "w")];
        for (let i = 0; i < slope.length; i++) {
          const [each, value] = [slope[i] ?? 0, w[i] ?? 0];
          ofVariance[i] = (ofVariance[i] ?? 0) + each;
          ofWeights[i] = (ofWeights[i] ?? 0) - (each * 2 * value) / (value * value + tiny);
        }
      },
    },
  },
  clamp(params) {
    const logVariance = param(params, "logvar");
    for (let i = 0; i < logVariance.length; i++)
      logVariance[i] = Math.min(5, Math.max(-20, logVariance[i] ?? 0));
  },
};
