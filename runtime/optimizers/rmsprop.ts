import { argument, type Optimizer } from "./types.js";

/**
 * RMSProp (Tieleman, Hinton: Neural networks for machine learning, lecture 6.5; 2012), ε under the root as in
 * `tf.train.rmsprop` and Keras: s ← ρ·s + (1 − ρ)·g²; with momentum u ← μ·u + rate·g/√(s + ε); w ← w − u.
 * `centered` divides by an estimate of the standard deviation instead: √(s − mean² + ε) (Graves 2013). The rate stands
 * inside the velocity, as there. Weight decay is coupled: g is the gradient plus decay·w.
 */
export const rmsprop: Optimizer = {
  name: "rmsprop",
  slots: (args) => [
    "square",
    ...(argument("rmsprop", args, "momentum") === 0 ? [] : ["momentum"]),
    ...(argument("rmsprop", args, "centered") === 0 ? [] : ["mean"]),
  ],
  update(parameter, gradient, slots, { rate, args }) {
    const decay = argument("rmsprop", args, "weight-decay");
    const rho = argument("rmsprop", args, "rho");
    const momentum = argument("rmsprop", args, "momentum");
    const epsilon = argument("rmsprop", args, "epsilon");
    const { square, mean, momentum: velocity } = slots;
    if (square === undefined) throw new Error("rmsprop needs its mean square");
    for (let i = 0; i < parameter.length; i++) {
      const w = parameter[i] ?? 0;
      const g = (gradient[i] ?? 0) + decay * w;
      const s = rho * (square[i] ?? 0) + (1 - rho) * g * g;
      square[i] = s;
      let spread = s;
      if (mean !== undefined) {
        const average = rho * (mean[i] ?? 0) + (1 - rho) * g;
        mean[i] = average;
        // Rounding of the stored means can take the difference a hair below zero.
        spread = Math.max(0, s - average * average);
      }
      let step = (rate * g) / Math.sqrt(spread + epsilon);
      if (velocity !== undefined) {
        step += momentum * (velocity[i] ?? 0);
        velocity[i] = step;
      }
      parameter[i] = w - step;
    }
  },
};
