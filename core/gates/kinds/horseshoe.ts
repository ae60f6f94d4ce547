import { quantile } from "../normal.js";
import { arg, param, type GateKind, type Params, type UnitScore } from "../types.js";

/** Where the parameters are kept: no power of e in the term leaves the numbers there are. */
const far = 20;
const [narrow, wide] = [-20, 2];

/** log z of a unit: ½·(log a + log b), a and b log-normal. */
interface Scale {
  readonly mu: number;
  readonly variance: number;
}

const each = (params: Params): Scale[] => {
  const [muA, muB] = [param(params, "mua"), param(params, "mub")];
  const [logA, logB] = [param(params, "logvara"), param(params, "logvarb")];
  return Array.from(muA, (mu, i) => ({
    mu: 0.5 * (mu + (muB[i] ?? 0)),
    variance: 0.25 * (Math.exp(logA[i] ?? 0) + Math.exp(logB[i] ?? 0)),
  }));
};

/**
 * Scales of units under a half-Cauchy prior (Louizos, Ullrich, Welling 2017, Bayesian compression for deep learning, the group
 * horseshoe): z = √(a·b) with a ~ Gamma(½, scale²) and b ~ inverse Gamma(½, 1), so that z ~ C⁺(0, scale); the posteriors of a and b are
 * log-normal and so is z, one draw for every example. The term is KL(a) + KL(b), both in closed form. The test value is E z. `gate` is
 * the mode of z, by which the paper prunes; `snr` is E z / √Var z.
 */
export const horseshoe: GateKind = {
  guards: "units",
  draws: "example",
  ofWeights: false,
  args: {
    scale: { usual: 1, least: 0, most: 1000, open: true },
    start: { usual: -9, least: narrow, most: wide },
  },
  takesShare: false,
  freezes: false,
  params: {
    mua: () => 0,
    mub: () => 0,
    logvara: ({ args: { start = -9 } }) => start,
    logvarb: ({ args: { start = -9 } }) => start,
  },
  draw(params, _, uniform, rows) {
    const scales = each(params);
    const units = scales.length;
    const z = new Float32Array(rows * units);
    const drawn = new Float32Array(rows * units);
    for (let row = 0, i = 0; row < rows; row++)
      for (let unit = 0; unit < units; unit++, i++) {
        const { mu, variance } = scales[unit] ?? { mu: 0, variance: 0 };
        const q = quantile(uniform(unit, row));
        z[i] = Math.exp(mu + Math.sqrt(variance) * q);
        drawn[i] = q;
      }
    return {
      z,
      back(dz, into) {
        const [logA, logB] = [param(params, "logvara"), param(params, "logvarb")];
        for (let unit = 0; unit < units; unit++) {
          let [ofMu, ofDeviation] = [0, 0];
          for (let i = unit; i < z.length; i += units) {
            const slope = (dz[i] ?? 0) * (z[i] ?? 0);
            ofMu += slope;
            ofDeviation += slope * (drawn[i] ?? 0);
          }
          const ofVariance = ofDeviation / (2 * Math.sqrt(scales[unit]?.variance ?? 1));
          add(into, "mua", unit, 0.5 * ofMu);
          add(into, "mub", unit, 0.5 * ofMu);
          add(into, "logvara", unit, 0.25 * ofVariance * Math.exp(logA[unit] ?? 0));
          add(into, "logvarb", unit, 0.25 * ofVariance * Math.exp(logB[unit] ?? 0));
        }
      },
    };
  },
  through: "weights",
  term: {
    per: "unit",
    bound: true,
    usual: 1,
    add(params, setting, weight, into) {
      const tau = arg(setting, "scale");
      const [muA, muB] = [param(params, "mua"), param(params, "mub")];
      const [logA, logB] = [param(params, "logvara"), param(params, "logvarb")];
      let total = 0;
      for (let i = 0; i < muA.length; i++) {
        const w = weight[i] ?? 0;
        const [meanA, meanB] = [muA[i] ?? 0, muB[i] ?? 0];
        const [va, vb] = [Math.exp(logA[i] ?? 0), Math.exp(logB[i] ?? 0)];
        const [pullA, pullB] = [Math.exp(meanA + va / 2) / tau ** 2, Math.exp(-meanB + vb / 2)];
        const entropies = Math.log(2) + 1 + 0.5 * ((logA[i] ?? 0) + (logB[i] ?? 0));
        total += w * (0.5 * (meanB - meanA) + pullA + pullB + Math.log(tau) - entropies);
        add(into, "mua", i, w * (pullA - 0.5));
        add(into, "mub", i, w * (0.5 - pullB));
        add(into, "logvara", i, w * 0.5 * (pullA * va - 1));
        add(into, "logvarb", i, w * 0.5 * (pullB * vb - 1));
      }
      return total;
    },
  },
  test: (params) => Float32Array.from(each(params), ({ mu, variance }) => Math.exp(mu + variance / 2)),
  scores: {
    gate: scoreOfScale(({ mu, variance }) => {
      const mode = Math.exp(mu - variance);
      return { value: mode, ofMu: mode, ofVariance: -mode };
    }),
    snr: scoreOfScale(({ variance }) => {
      const ratio = Math.expm1(variance);
      return { value: ratio ** -0.5, ofMu: 0, ofVariance: -0.5 * ratio ** -1.5 * Math.exp(variance) };
    }),
  },
  clamp(params) {
    for (const name of ["mua", "mub"]) within(param(params, name), -far, far);
    for (const name of ["logvara", "logvarb"]) within(param(params, name), narrow, wide);
  },
};

/** A score that is a function of the mean and the variance of log z. */
function scoreOfScale(
  at: (one: Scale) => { readonly value: number; readonly ofMu: number; readonly ofVariance: number },
): UnitScore {
  return {
    of: (params) => Float32Array.from(each(params), (one) => at(one).value),
    back(slope, params, _, into) {
      const [logA, logB] = [param(params, "logvara"), param(params, "logvarb")];
      each(params).forEach((one, unit) => {
        const { ofMu, ofVariance } = at(one);
        const each = slope[unit] ?? 0;
        for (const name of ["mua", "mub"]) add(into, name, unit, 0.5 * each * ofMu);
        add(into, "logvara", unit, 0.25 * each * ofVariance * Math.exp(logA[unit] ?? 0));
        add(into, "logvarb", unit, 0.25 * each * ofVariance * Math.exp(logB[unit] ?? 0));
      });
    },
  };
}

function add(into: Params, name: string, unit: number, slope: number): void {
  const slopes = param(into, name);
  slopes[unit] = (slopes[unit] ?? 0) + slope;
}

function within(values: Float32Array, least: number, most: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(most, Math.max(least, values[i] ?? 0));
}
