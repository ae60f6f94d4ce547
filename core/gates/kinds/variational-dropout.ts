import { exponential, logarithm } from "../../elementary.js";
import { param, type GateKind } from "../types.js";

/** −KL ≈ k₁·σ(k₂ + k₃·log α) − ½·log(1 + 1/α) − k₁; within 0.0085 of the exact one (by quadrature). */
const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];
/** Where log α is kept in the term: beyond it there is no slope. */
const bound = 8;
/** Beside w², so that a weight of 0 has a log α too. */
const tiny = 1e-8;

const logAlpha = (w: number, logVariance: number): number => logVariance - logarithm(w * w + tiny);

/** The divergence at x = log α, and its slope. */
function divergence(x: number): readonly [value: number, slope: number] {
  const open = 1 / (1 + Math.exp(-k2 - k3 * x));
  const inverse = Math.exp(-x);
  return [
    k1 - k1 * open + 0.5 * Math.log1p(inverse),
    -k1 * k3 * open * (1 - open) - (0.5 * inverse) / (1 + inverse),
  ];
}

/**
 * The divergence as cubics between −8 and 8, of value and slope at their ends: within 10⁻⁸ of it, and its slope within 10⁻⁶. What is
 * asked for every weight in every step must not take three exponentials and logarithms.
 */
const perUnit = 32;
const pieces = 2 * bound * perUnit;
const [[most], [least]] = [divergence(-bound), divergence(bound)];
const cubics = Float64Array.from({ length: 4 * pieces }, (_, n) => {
  const from = (n >> 2) / perUnit - bound;
  const [[a, slopeAtA], [b, slopeAtB]] = [divergence(from), divergence(from + 1 / perUnit)];
  const [rise, fromA, fromB] = [b - a, slopeAtA / perUnit, slopeAtB / perUnit];
  return [a, fromA, 3 * rise - 2 * fromA - fromB, fromA + fromB - 2 * rise][n & 3] ?? 0;
});

/** Weights that are taken at a time: two short loops over them, whose numbers fit into the registers of a processor, are faster than one. */
const block = 2048;
const logs = new Float64Array(block);

function logAlphas(w: Float32Array, logVariance: Float32Array, into: Float64Array): void {
  for (let i = 0; i < w.length; i++) into[i] = logAlpha(w[i] ?? 0, logVariance[i] ?? 0);
}

/** Σ each · divergence, and its slopes. */
function addSome(
  logs: Float64Array,
  w: Float32Array,
  weight: Float64Array,
  slope: Float32Array,
  ofWeights: Float32Array,
): number {
  let total = 0;
  for (let i = 0; i < w.length; i++) {
    const each = weight[i] ?? 0;
    if (each === 0) continue;
    const x = logs[i] ?? 0;
    if (!(x > -bound && x < bound)) {
      total += each * (x > 0 ? least : most);
      continue;
    }
    const value = w[i] ?? 0;
    const place = (x + bound) * perUnit;
    const piece = place | 0;
    const t = place - piece;
    // Not taken apart as a list, which would be one to allocate for every weight.
    const c0 = cubics[4 * piece] ?? 0;
    const c1 = cubics[4 * piece + 1] ?? 0;
    const c2 = cubics[4 * piece + 2] ?? 0;
    const c3 = cubics[4 * piece + 3] ?? 0;
    total += each * (c0 + t * (c1 + t * (c2 + t * c3)));
    const pull = each * perUnit * (c1 + t * (2 * c2 + t * 3 * c3));
    slope[i] = (slope[i] ?? 0) + pull;
    ofWeights[i] = (ofWeights[i] ?? 0) - (pull * 2 * value) / (value * value + tiny);
  }
  return total;
}

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
    for (let i = 0; i < z.length; i++) z[i] = exponential(0.5 * (logVariance[i] ?? 0));
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
      for (let from = 0; from < w.length; from += block) {
        const to = Math.min(from + block, w.length);
        const some = (all: Float32Array): Float32Array => all.subarray(from, to);
        logAlphas(some(w), some(logVariance), logs);
        total += addSome(logs, some(w), weight.subarray(from, to), some(slope), some(ofWeights));
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
