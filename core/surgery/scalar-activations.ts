/** Activations on one number, for constants that pass through them. */

type Scalar = (x: number) => number;

const softplus: Scalar = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const FUNCTIONS = new Map<string, Scalar>([
  ["linear", (x) => x],
  ["relu", (x) => Math.max(0, x)],
  ["relu6", (x) => Math.min(6, Math.max(0, x))],
  ["sigmoid", (x) => 1 / (1 + Math.exp(-x))],
  ["hardsigmoid", (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5))],
  ["tanh", Math.tanh],
  ["softplus", softplus],
  ["softsign", (x) => x / (1 + Math.abs(x))],
  ["elu", (x) => (x >= 0 ? x : Math.expm1(x))],
  ["selu", (x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x))],
  ["swish", (x) => x / (1 + Math.exp(-x))],
  ["mish", (x) => x * Math.tanh(softplus(x))],
]);

/** The activation of this name, or undefined where a constant cannot be followed through it. */
export function scalarActivation(name: unknown): Scalar | undefined {
  if (name === undefined || name === null) return FUNCTIONS.get("linear");
  return typeof name === "string" ? FUNCTIONS.get(name.toLowerCase().replace(/_/g, "")) : undefined;
}
