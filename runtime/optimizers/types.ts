/** Numbers an update reads; every optimizer says which. */
export interface Hyper {
  /** Learning rate of this very step. */
  readonly rate: number;
  /** How many updates the optimizer has made, this one included: 1 for the first (bias correction). */
  readonly step: number;
  /** By the language's names: "momentum", "weight-decay", "beta1"… */
  readonly args: ReadonlyMap<string, number>;
}

/**
 * One rule of update. State is named, not numbered: `surgery` and `regrow` address it by weight and name. Every rule calls
 * the running mean of the gradient "momentum", which is what criteria read as `m`.
 */
export interface Optimizer {
  readonly name: OptimizerName;
  /** Default of every argument the rule understands. */
  readonly defaults: ReadonlyMap<string, number>;
  /** State arrays a weight needs under these arguments; they start at zero. */
  slots(args: ReadonlyMap<string, number>): readonly string[];
  /** Updates `parameter` and `slots` in place; `gradient` is read only. All have the same length. */
  update(
    parameter: Float32Array,
    gradient: Float32Array,
    slots: Readonly<Record<string, Float32Array>>,
    hyper: Hyper,
  ): void;
}

export type OptimizerName = "sgd" | "adam" | "adamw" | "rmsprop";

/** An argument with its default filled in. */
export function argument(optimizer: Optimizer, args: ReadonlyMap<string, number>, name: string): number {
  return args.get(name) ?? optimizer.defaults.get(name) ?? 0;
}
