import { argument, type Optimizer } from "./types.js";

/**
 * Adam (Kingma, Ba: Adam: a method for stochastic optimization; ICLR 2015), ε outside the root as in `tf.train.adam`.
 * Weight decay is coupled, as in `torch.optim.Adam`: decay·w joins the gradient and so its running means.
 */
export const adam = adamWith("adam", "coupled");

/**
 * Adam with decoupled decay (Loshchilov, Hutter: Decoupled weight decay regularization; ICLR 2019): w loses rate·decay·w
 * beside Adam's step. Decay defaults to 0.01, as in `torch.optim.AdamW`.
 */
export const adamw = adamWith("adamw", "decoupled");

function adamWith(name: "adam" | "adamw", kind: "coupled" | "decoupled"): Optimizer {
  return {
    name,
    slots: () => ["momentum", "variance"],
    update(parameter, gradient, { momentum, variance }, { rate, step, args }) {
      if (momentum === undefined || variance === undefined)
        throw new Error("adam needs momentum and variance");
      const [beta1, beta2] = [argument(name, args, "beta1"), argument(name, args, "beta2")];
      const epsilon = argument(name, args, "epsilon");
      const decay = argument(name, args, "weight-decay");
      const coupled = kind === "coupled" ? decay : 0;
      const kept = 1 - rate * (kind === "coupled" ? 0 : decay);
      const unbias1 = 1 - beta1 ** step;
      const unbias2 = 1 - beta2 ** step;
      for (let i = 0; i < parameter.length; i++) {
        const w = parameter[i] ?? 0;
        const g = (gradient[i] ?? 0) + coupled * w;
        const m = beta1 * (momentum[i] ?? 0) + (1 - beta1) * g;
        const v = beta2 * (variance[i] ?? 0) + (1 - beta2) * g * g;
        momentum[i] = m;
        variance[i] = v;
        parameter[i] = kept * w - (rate * (m / unbias1)) / (Math.sqrt(v / unbias2) + epsilon);
      }
    },
  };
}
