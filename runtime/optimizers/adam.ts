import { argument, type Hyper, type Optimizer } from "./types.js";

const betas: readonly (readonly [string, number])[] = [
  ["beta1", 0.9],
  ["beta2", 0.999],
  ["epsilon", 1e-7],
];
const slots = ["momentum", "variance"] as const;

/**
 * Adam (Kingma, Ba: Adam: a method for stochastic optimization; ICLR 2015), ε outside the root as in `tf.train.adam`.
 * Weight decay is coupled, as in `torch.optim.Adam`: decay·w joins the gradient and so its running means.
 */
export const adam: Optimizer = {
  name: "adam",
  defaults: new Map([...betas, ["weight-decay", 0]]),
  slots: () => slots,
  update: (parameter, gradient, state, hyper) => {
    descend(adam, parameter, gradient, state, hyper, argument(adam, hyper.args, "weight-decay"), 0);
  },
};

/**
 * Adam with decoupled decay (Loshchilov, Hutter: Decoupled weight decay regularization; ICLR 2019): w loses rate·decay·w
 * beside Adam's step. Decay defaults to 0.01, as in `torch.optim.AdamW`.
 */
export const adamw: Optimizer = {
  name: "adamw",
  defaults: new Map([...betas, ["weight-decay", 0.01]]),
  slots: () => slots,
  update: (parameter, gradient, state, hyper) => {
    descend(adamw, parameter, gradient, state, hyper, 0, argument(adamw, hyper.args, "weight-decay"));
  },
};

function descend(
  optimizer: Optimizer,
  parameter: Float32Array,
  gradient: Float32Array,
  state: Readonly<Record<string, Float32Array>>,
  { rate, step, args }: Hyper,
  coupled: number,
  decoupled: number,
): void {
  const { momentum, variance } = state;
  if (momentum === undefined || variance === undefined) throw new Error("adam needs momentum and variance");
  const beta1 = argument(optimizer, args, "beta1");
  const beta2 = argument(optimizer, args, "beta2");
  const epsilon = argument(optimizer, args, "epsilon");
  const unbias1 = 1 - beta1 ** step;
  const unbias2 = 1 - beta2 ** step;
  const kept = 1 - rate * decoupled;
  for (let i = 0; i < parameter.length; i++) {
    const w = parameter[i] ?? 0;
    const g = (gradient[i] ?? 0) + coupled * w;
    const m = beta1 * (momentum[i] ?? 0) + (1 - beta1) * g;
    const v = beta2 * (variance[i] ?? 0) + (1 - beta2) * g * g;
    momentum[i] = m;
    variance[i] = v;
    parameter[i] = kept * w - (rate * (m / unbias1)) / (Math.sqrt(v / unbias2) + epsilon);
  }
}
