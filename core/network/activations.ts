/** All that is known of an activation function but its forward pass. */
interface ActivationFunction {
  /** Its value at one number; null where constants are not followed through it. */
  readonly scalar: ((x: number) => number) | null;
  /** Whether f(0) = 0. */
  readonly keepsZero: boolean;
  /** Whether it looks at all channels together. */
  readonly acrossChannels: boolean;
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function elementwise(scalar: (x: number) => number): ActivationFunction {
  return { scalar, keepsZero: scalar(0) === 0, acrossChannels: false };
}

/** The activation functions of TensorFlow.js, by their names without case and underscores. */
export const activations = {
  linear: elementwise((x) => x),
  relu: elementwise((x) => Math.max(0, x)),
  relu6: elementwise((x) => Math.min(6, Math.max(0, x))),
  elu: elementwise((x) => (x >= 0 ? x : Math.expm1(x))),
  selu: elementwise((x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x))),
  sigmoid: elementwise((x) => 1 / (1 + Math.exp(-x))),
  hardsigmoid: elementwise((x) => Math.min(1, Math.max(0, 0.2 * x + 0.5))),
  softplus: elementwise(softplus),
  softsign: elementwise((x) => x / (1 + Math.abs(x))),
  tanh: elementwise(Math.tanh),
  swish: elementwise((x) => x / (1 + Math.exp(-x))),
  mish: elementwise((x) => x * Math.tanh(softplus(x))),
  exponential: { scalar: null, keepsZero: false, acrossChannels: false },
  gelu: { scalar: null, keepsZero: true, acrossChannels: false },
  gelunew: { scalar: null, keepsZero: true, acrossChannels: false },
  softmax: { scalar: null, keepsZero: false, acrossChannels: true },
  logsoftmax: { scalar: null, keepsZero: false, acrossChannels: true },
} satisfies Record<string, ActivationFunction>;

export type ActivationName = keyof typeof activations;

/** The activation that a config names in any spelling (`hard_sigmoid`, `hardSigmoid`), "linear" when unset; null when unknown. */
export function activationName(given: unknown): ActivationName | null {
  if (given === undefined || given === null) return "linear";
  if (typeof given !== "string") return null;
  const plain = given.toLowerCase().replace(/_/g, "");
  const name = plain === "silu" ? "swish" : plain;
  return isActivationName(name) ? name : null;
}

function isActivationName(name: string): name is ActivationName {
  return Object.prototype.hasOwnProperty.call(activations, name);
}

/** What is known of the activation that a config names; null when it is unknown. */
export function activationFunction(given: unknown): ActivationFunction | null {
  const name = activationName(given);
  return name === null ? null : activations[name];
}
