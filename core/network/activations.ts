/** All that is known of an activation function but its forward pass. */
interface ActivationFunction {
  /** Its value at one number; null where constants are not followed through it. */
  readonly scalar: ((x: number) => number) | null;
  /** Whether f(0) = 0. */
  readonly keepsZero: boolean;
  /** Whether it looks at all channels together. */
  readonly acrossChannels: boolean;
  /** Whether TensorFlow.js has it. */
  readonly stock: boolean;
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** x clipped to low … high. */
const clip = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

const hardSigmoid3 = (x: number): number => clip(x / 6 + 0.5, 0, 1);

function elementwise(scalar: (x: number) => number): ActivationFunction {
  return { scalar, keepsZero: scalar(0) === 0, acrossChannels: false, stock: true };
}

/** One that Keras has and TensorFlow.js has not. */
function ofKeras(scalar: (x: number) => number): ActivationFunction {
  return { ...elementwise(scalar), stock: false };
}

/** Over the channels. */
const across = { scalar: null, keepsZero: false, acrossChannels: true, stock: true } as const;

/** The activation functions of TensorFlow.js and Keras, by their names without case and underscores. */
export const activations = {
  linear: elementwise((x) => x),
  relu: elementwise((x) => Math.max(0, x)),
  relu6: elementwise((x) => clip(x, 0, 6)),
  elu: elementwise((x) => (x >= 0 ? x : Math.expm1(x))),
  selu: elementwise((x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x))),
  sigmoid: elementwise((x) => 1 / (1 + Math.exp(-x))),
  hardsigmoid: elementwise((x) => clip(0.2 * x + 0.5, 0, 1)),
  softplus: elementwise(softplus),
  softsign: elementwise((x) => x / (1 + Math.abs(x))),
  tanh: elementwise(Math.tanh),
  swish: elementwise((x) => x / (1 + Math.exp(-x))),
  mish: elementwise((x) => x * Math.tanh(softplus(x))),
  gelu: { scalar: null, keepsZero: true, acrossChannels: false, stock: true },
  gelunew: { scalar: null, keepsZero: true, acrossChannels: false, stock: true },
  softmax: across,
  logsoftmax: across,
  exponential: ofKeras(Math.exp),
  celu: ofKeras((x) => (x >= 0 ? x : Math.expm1(x))),
  hardsigmoid3: ofKeras(hardSigmoid3),
  hardswish: ofKeras((x) => x * hardSigmoid3(x)),
  hardtanh: ofKeras((x) => clip(x, -1, 1)),
  hardshrink: ofKeras((x) => (Math.abs(x) > 0.5 ? x : 0)),
  softshrink: ofKeras((x) => Math.sign(x) * Math.max(0, Math.abs(x) - 0.5)),
  tanhshrink: ofKeras((x) => x - Math.tanh(x)),
  leakyrelu: ofKeras((x) => (x >= 0 ? x : 0.2 * x)),
  logsigmoid: ofKeras((x) => -softplus(-x)),
  squareplus: ofKeras((x) => (x + Math.sqrt(x * x + 4)) / 2),
  sparsesigmoid: ofKeras((x) => clip(0.5 * (x + 1), 0, 1)),
  sparseplus: ofKeras((x) => (x >= 1 ? x : 0.25 * clip(x + 1, 0, 2) ** 2)),
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
