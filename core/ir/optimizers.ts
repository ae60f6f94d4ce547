/** All that is known of an optimizer but its update, which the runtime keeps by the same names. */
interface Row {
  /** Learning rate where none is written. */
  readonly rate: number;
  /** Its arguments beside `rate`, `clip-norm` and `clip-value`, which all take, each with its default. */
  readonly args: { readonly "weight-decay": number } & { readonly [argument: string]: number };
  /** Classes of Keras that are this one, without case. */
  readonly keras: readonly string[];
}

const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

export const optimizers = {
  sgd: { rate: 0.01, args: { momentum: 0, nesterov: 0, "weight-decay": 0 }, keras: ["sgd", "momentum"] },
  adam: { rate: 1e-3, args: { ...moments, "weight-decay": 0 }, keras: ["adam"] },
  adamw: { rate: 1e-3, args: { ...moments, "weight-decay": 0.01 }, keras: ["adamw"] },
  rmsprop: {
    rate: 1e-3,
    args: { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: 0, "weight-decay": 0 },
    keras: ["rmsprop"],
  },
} satisfies Readonly<Record<string, Row>>;

type Optimizers = typeof optimizers;
export type OptimizerName = keyof Optimizers;
/** The arguments of an optimizer, or of any. */
export type OptimizerArgument<Name extends OptimizerName = OptimizerName> = {
  [One in Name]: Extract<keyof Optimizers[One]["args"], string>;
}[Name];

export const optimizerNames = Object.keys(optimizers).filter(isOptimizerName);
function isOptimizerName(name: string): name is OptimizerName {
  return Object.hasOwn(optimizers, name);
}

/** Bounds on gradients, which every optimizer takes. */
export const clips = ["clip-norm", "clip-value"] as const;

/** Arguments that are on or off: 1 or 0 in the IR. */
export const switches = ["nesterov", "centered"] as const;
export const isSwitch = (argument: string): argument is (typeof switches)[number] =>
  switches.some((one) => one === argument);
