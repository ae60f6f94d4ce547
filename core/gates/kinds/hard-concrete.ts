import { arg, param, scoreOf, sigmoid, type GateKind, type Setting } from "../types.js";

/** The stretch of the concrete distribution beyond 0 and 1. */
const low = -0.1;
const high = 1.1;
/** Where log α is kept: log 10⁻² … log 10². */
const bound = Math.log(100);

const stretched = (s: number): number => s * (high - low) + low;
const clipped = (x: number): number => Math.min(1, Math.max(0, x));
/** What log α exceeds the point by at which half of the draws are 0. */
const shift = (setting: Setting): number => arg(setting, "temperature") * Math.log(-low / high);

/**
 * Hard-concrete gates (Louizos, Welling, Kingma 2018, Learning sparse neural networks through L0 regularization):
 * s = σ((log u − log(1 − u) + log α) / β), z = clip(s·(ζ − γ) + γ, 0, 1), γ = −0.1, ζ = 1.1. The term is the expected number of
 * weights left, Σ size · P(z ≠ 0), with P = σ(log α − β·log(−γ/ζ)). The test value is clip(σ(log α)·(ζ − γ) + γ, 0, 1): exactly 0
 * from log α ≤ −2.398 on. log α starts about log((1 − drop) / drop), with a deviation of 0.01, and is kept within ±log 100.
 */
export const hardConcrete: GateKind = {
  guards: "either",
  draws: "batch",
  ofWeights: false,
  args: {
    drop: { usual: 0.5, least: 0, most: 1, open: true },
    temperature: { usual: 2 / 3, least: 0, most: 10, open: true },
  },
  takesShare: false,
  freezes: false,
  params: {
    logalpha: ({ normal, args: { drop = 0.5 } }) => Math.log(1 - drop) - Math.log(drop) + 0.01 * normal,
  },
  draw(params, setting, uniform) {
    const logAlpha = param(params, "logalpha");
    const beta = arg(setting, "temperature");
    const z = new Float32Array(logAlpha.length);
    const slopes = new Float64Array(logAlpha.length);
    for (let i = 0; i < z.length; i++) {
      const u = uniform(i, 0);
      const s = sigmoid((Math.log(u) - Math.log(1 - u) + (logAlpha[i] ?? 0)) / beta);
      const x = stretched(s);
      z[i] = clipped(x);
      if (x > 0 && x < 1) slopes[i] = ((high - low) * s * (1 - s)) / beta;
    }
    return {
      z,
      back(dz, into) {
        const slope = param(into, "logalpha");
        for (let i = 0; i < dz.length; i++) slope[i] = (slope[i] ?? 0) + (dz[i] ?? 0) * (slopes[i] ?? 0);
      },
    };
  },
  through: "weights",
  term: {
    per: "weight",
    bound: true,
    usual: 0,
    add(params, setting, weight, into) {
      const [logAlpha, slope] = [param(params, "logalpha"), param(into, "logalpha")];
      const off = shift(setting);
      let total = 0;
      for (let i = 0; i < logAlpha.length; i++) {
        const open = sigmoid((logAlpha[i] ?? 0) - off);
        const w = weight[i] ?? 0;
        total += w * open;
        slope[i] = (slope[i] ?? 0) + w * open * (1 - open);
      }
      return total;
    },
  },
  test: (params) => param(params, "logalpha").map((x) => clipped(stretched(sigmoid(x)))),
  scores: {
    gate: scoreOf(
      "logalpha",
      (x) => clipped(stretched(sigmoid(x))),
      (x) => {
        const s = sigmoid(x);
        return stretched(s) > 0 && stretched(s) < 1 ? (high - low) * s * (1 - s) : 0;
      },
    ),
  },
  clamp(params) {
    const logAlpha = param(params, "logalpha");
    for (let i = 0; i < logAlpha.length; i++)
      logAlpha[i] = Math.min(bound, Math.max(-bound, logAlpha[i] ?? 0));
  },
};
