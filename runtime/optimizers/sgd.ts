import { argument, type Optimizer } from "./types.js";

/**
 * Stochastic gradient descent with momentum (Polyak 1964) and Nesterov's variant, as `tf.train.momentum` and
 * `torch.optim.SGD` write it: v ← μ·v + g; w ← w − rate·v, or − rate·(g + μ·v). The rate stands outside the velocity, so a
 * change of rate acts at once. Weight decay is coupled: g is the gradient plus decay·w.
 */
export const sgd: Optimizer = {
  name: "sgd",
  slots: (args) => (argument("sgd", args, "momentum") === 0 ? [] : ["momentum"]),
  update(parameter, gradient, slots, { rate, args }) {
    const decay = argument("sgd", args, "weight-decay");
    const momentum = argument("sgd", args, "momentum");
    const nesterov = argument("sgd", args, "nesterov") !== 0;
    const velocity = slots["momentum"];
    for (let i = 0; i < parameter.length; i++) {
      const w = parameter[i] ?? 0;
      const g = (gradient[i] ?? 0) + decay * w;
      let step = g;
      if (velocity !== undefined) {
        const v = momentum * (velocity[i] ?? 0) + g;
        velocity[i] = v;
        step = nesterov ? g + momentum * v : v;
      }
      parameter[i] = w - rate * step;
    }
  },
};
