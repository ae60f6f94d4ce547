/** The standard normal distribution, and the log-normal draws that gates make of it. */

const rootOfTwoPi = Math.sqrt(2 * Math.PI);

/** φ(x). */
export const density = (x: number): number => Math.exp(-0.5 * x * x) / rootOfTwoPi;

/**
 * The upper tail 1 − Φ(x) times e^(x²/2), for x ≥ 0: Taylor's way in near 0, Laplace's continued fraction far out (Abramowitz and
 * Stegun, 26.2.14). To about 15 digits.
 */
export function scaledTail(x: number): number {
  if (x < 3) {
    // Φ(x) − ½ = φ(x)·(x + x³/3 + x⁵/(3·5) + …).
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-17 * sum && n < 200; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 * Math.exp(0.5 * x * x) - sum / rootOfTwoPi;
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / fraction;
  return 1 / (fraction * rootOfTwoPi);
}

/** Φ(x). */
export const cumulative = (x: number): number =>
  x > 0 ? 1 - scaledTail(x) * Math.exp(-0.5 * x * x) : scaledTail(-x) * Math.exp(-0.5 * x * x);

/** Φ(b) − Φ(a) for a < b, without the loss of digits of a difference of two numbers near 1. */
export const between = (a: number, b: number): number =>
  a > 0 ? cumulative(-a) - cumulative(-b) : cumulative(b) - cumulative(a);

const central = {
  over: [
    2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205,
    -39.69683028665376,
  ],
  under: [
    1, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406,
  ],
} as const;
const tails = {
  over: [
    2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365,
    -0.007784894002430293,
  ],
  under: [1, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 0.007784695709041462],
} as const;

const polynomial = (terms: readonly number[], x: number): number =>
  terms.reduceRight((sum, term) => sum * x + term, 0);

/** Φ⁻¹(p) for 0 < p < 1: Acklam's rational approximation (2003), relative error below 1.2e-9. */
export function quantile(p: number): number {
  if (p < 0.02425 || p > 1 - 0.02425) {
    const q = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
    const x = polynomial(tails.over, q) / polynomial(tails.under, q);
    return p < 0.5 ? x : -x;
  }
  const q = p - 0.5;
  const r = q * q;
  return (q * polynomial(central.over, r)) / polynomial(central.under, r);
}
