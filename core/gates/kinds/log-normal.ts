import { between, cumulative, density, quantile, scaledTail } from "../normal.js";
import { param, type GateKind, type Params, type UnitScore } from "../types.js";

/** Ends of log z. */
const [a, b] = [-20, 0];
/** Where log σ is kept; μ stays between the ends, so that the share Z of the normal between them never vanishes. */
const [narrow, wide] = [-20, 5];
const prior = Math.log(b - a) - 0.5 * Math.log(2 * Math.PI * Math.E);

/** A normal of log z, cut at both ends. */
interface Cut {
  readonly mu: number;
  readonly sigma: number;
  /** The ends in deviations from μ, and the density there. */
  readonly alpha: number;
  readonly beta: number;
  readonly atAlpha: number;
  readonly atBeta: number;
  /** Φ(α), and Φ(β) − Φ(α). */
  readonly below: number;
  readonly share: number;
}

function cut(mu: number, logSigma: number): Cut {
  const sigma = Math.exp(logSigma);
  const [alpha, beta] = [(a - mu) / sigma, (b - mu) / sigma];
  return {
    mu,
    sigma,
    alpha,
    beta,
    atAlpha: density(alpha),
    atBeta: density(beta),
    below: cumulative(alpha),
    share: between(alpha, beta),
  };
}

const each = (params: Params): Cut[] => {
  const [mu, logSigma] = [param(params, "mu"), param(params, "logsigma")];
  return Array.from(mu, (value, i) => cut(value, logSigma[i] ?? 0));
};

/** E zᵏ = e^(kμ + k²σ²/2)·(Φ(kσ − α) − Φ(kσ − β)) / Z, by scaled tails: the power alone may be beyond all numbers. */
function moment(k: number, { mu, sigma, alpha, beta, share }: Cut): number {
  const beyond = (end: number, deviations: number): number => {
    const x = k * sigma - deviations;
    if (x < 0) return Math.exp(k * mu + 0.5 * (k * sigma) ** 2) * cumulative(-x);
    return Math.exp(k * end - 0.5 * deviations ** 2) * scaledTail(x);
  };
  return (beyond(b, beta) - beyond(a, alpha)) / share;
}

const mean = (one: Cut): number => moment(1, one);

/**
 * Slopes of E zᵏ along μ and log σ. With N the integral of e^(kx) over the normal between the ends, ∂N/∂μ = k·N − [e^(kx)·φ]/σ, and
 * ∂N/∂σ = σ·∂²N/∂μ².
 */
function slopesOf(k: number, one: Cut): [number, number] {
  const { sigma, alpha, beta, atAlpha, atBeta, share } = one;
  const along = (power: number, whole: number): [number, number] => {
    const [low, high] = [Math.exp(power * a) * atAlpha, Math.exp(power * b) * atBeta];
    const ofMu = power * whole - (high - low) / sigma;
    return [ofMu, sigma * sigma * power * ofMu - (high * beta - low * alpha)];
  };
  const value = moment(k, one);
  const [ofWhole, ofShare] = [along(k, value * share), along(0, share)];
  return [(ofWhole[0] - value * ofShare[0]) / share, (ofWhole[1] - value * ofShare[1]) / share];
}

/** A score that is a function of the normal of log z. */
function scoreOfCut(value: (one: Cut) => number, slopes: (one: Cut) => [number, number]): UnitScore {
  return {
    of: (params) => Float32Array.from(each(params), value),
    back(slope, params, _, into) {
      const [ofMu, ofLogSigma] = [param(into, "mu"), param(into, "logsigma")];
      each(params).forEach((one, i) => {
        const [alongMu, alongSigma] = slopes(one);
        ofMu[i] = (ofMu[i] ?? 0) + (slope[i] ?? 0) * alongMu;
        ofLogSigma[i] = (ofLogSigma[i] ?? 0) + (slope[i] ?? 0) * alongSigma;
      });
    },
  };
}

/** Least relative variance: below it rounding decides. */
const least = 1e-14;

/** Signal to noise, E z / √Var z: at most 10⁷, from where on rounding decides. */
function signal(one: Cut): number {
  const first = mean(one);
  const variance = moment(2, one) - first * first;
  return first / Math.sqrt(Math.max(variance, least * first * first));
}

/**
 * Log-normal noise on units (Neklyudov, Molchanov, Ashukha, Vetrov 2017, Structured Bayesian pruning via log-normal multiplicative
 * noise): log z is a normal (μ, σ) cut at −20 and 0, one draw for every example. The term is the KL divergence to a uniform prior of
 * log z. The test value is E z; units whose E z / √Var z (`snr`) is below 1 are noise.
 */
export const logNormal: GateKind = {
  guards: "units",
  draws: "example",
  ofWeights: false,
  args: { start: { usual: -5, least: narrow, most: wide } },
  takesShare: false,
  freezes: false,
  params: { mu: () => 0, logsigma: ({ args: { start = -5 } }) => start },
  draw(params, _, uniform, rows) {
    const cuts = each(params);
    const units = cuts.length;
    const z = new Float32Array(rows * units);
    const ofMu = new Float32Array(rows * units);
    const ofLogSigma = new Float32Array(rows * units);
    for (let row = 0, i = 0; row < rows; row++)
      for (let unit = 0; unit < units; unit++, i++) {
        const one = cuts[unit];
        if (one === undefined) continue;
        const u = uniform(unit, row);
        const q = quantile(one.below + u * one.share);
        const value = Math.exp(one.mu + one.sigma * q);
        const [low, high] = [(1 - u) * one.atAlpha, u * one.atBeta];
        const slope = density(q);
        z[i] = value;
        ofMu[i] = value * (1 - (low + high) / slope);
        ofLogSigma[i] = value * one.sigma * (q - (low * one.alpha + high * one.beta) / slope);
      }
    return {
      z,
      back(dz, into) {
        const [mu, logSigma] = [param(into, "mu"), param(into, "logsigma")];
        for (let row = 0, i = 0; row < rows; row++)
          for (let unit = 0; unit < units; unit++, i++) {
            mu[unit] = (mu[unit] ?? 0) + (dz[i] ?? 0) * (ofMu[i] ?? 0);
            logSigma[unit] = (logSigma[unit] ?? 0) + (dz[i] ?? 0) * (ofLogSigma[i] ?? 0);
          }
      },
    };
  },
  through: "weights",
  term: {
    per: "unit",
    bound: true,
    usual: 1,
    add(params, _, weight, into) {
      const [ofMu, ofLogSigma] = [param(into, "mu"), param(into, "logsigma")];
      let total = 0;
      each(params).forEach(({ sigma, alpha, beta, atAlpha, atBeta, share }, i) => {
        const w = weight[i] ?? 0;
        const edges = alpha * atAlpha - beta * atBeta;
        total += w * (prior - Math.log(sigma) - Math.log(share) - edges / (2 * share));
        const [low, high] = [atAlpha * (1 - alpha ** 2), atBeta * (1 - beta ** 2)];
        const slope = (ofShare: number, ofEdges: number): number =>
          -ofShare / share - (ofEdges * share - edges * ofShare) / (2 * share * share);
        ofMu[i] = (ofMu[i] ?? 0) + w * slope((atAlpha - atBeta) / sigma, (high - low) / sigma);
        ofLogSigma[i] = (ofLogSigma[i] ?? 0) + w * (slope(edges, beta * high - alpha * low) - 1);
      });
      return total;
    },
  },
  test: (params) => Float32Array.from(each(params), mean),
  scores: {
    gate: scoreOfCut(mean, (one) => slopesOf(1, one)),
    snr: scoreOfCut(signal, (one) => {
      const [first, second] = [mean(one), moment(2, one)];
      const variance = second - first * first;
      if (variance <= least * first * first) return [0, 0];
      const [ofFirst, ofSecond] = [slopesOf(1, one), slopesOf(2, one)];
      // ∂ (E z · V^−½), V = E z² − (E z)².
      const along = (n: 0 | 1): number =>
        (ofFirst[n] * second - 0.5 * first * ofSecond[n]) / (variance * Math.sqrt(variance));
      return [along(0), along(1)];
    }),
  },
  clamp(params) {
    const [mu, logSigma] = [param(params, "mu"), param(params, "logsigma")];
    for (let i = 0; i < mu.length; i++) {
      mu[i] = Math.min(b, Math.max(a, mu[i] ?? 0));
      logSigma[i] = Math.min(wide, Math.max(narrow, logSigma[i] ?? 0));
    }
  },
};
