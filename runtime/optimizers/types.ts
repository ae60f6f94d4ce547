import { optimizers, type OptimizerArgument, type OptimizerName } from "../../core/ir/optimizers.js";

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

/** An argument of an optimizer with its default filled in. */
export function argument<Name extends OptimizerName>(
  optimizer: Name,
  args: ReadonlyMap<string, number>,
  name: OptimizerArgument<Name>,
): number {
  const defaults: Readonly<Record<string, number>> = optimizers[optimizer].args;
  return args.get(name) ?? defaults[name] ?? 0;
}
