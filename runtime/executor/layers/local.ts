import { tf } from "../../backend/tf.js";
import { drawsOf } from "../draws.js";
import type { Build, CallContext } from "../pass.js";

/** Beside the variance of a sum, whose root has no slope at 0. */
const tiny = 1e-8;

/**
 * A layer's sums `y` under Gaussian noise on its kernel: they are Gaussian themselves, and one draw for each of them stands for those
 * of all weights (Kingma, Salimans, Welling 2015, Variational dropout and the local reparameterization trick). `sums` gives the
 * variances of the sums: what the layer makes of the squares of its input, with the variances of the weights in place of its kernel
 * and without a bias. Where those are 0, as those of dead units are, nothing is added.
 */
export function locally(
  build: Build,
  { pass, origin, outputIds }: CallContext,
  y: tf.Tensor,
  sums: (variances: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  if (pass.variances === undefined) return y;
  const kernel = build.layer.weights.find(({ isKernel }) => isKernel);
  const variances = pass.variances.get(kernel?.key ?? "");
  if (variances === undefined) return y;
  const draws = drawsOf({ pass, origin }, "weights").normal(y.shape, outputIds);
  return tf.add(y, noise(sums(variances), tf.tensor(draws, y.shape)));
}

/** √v · ε, as v / √(v + tiny) · ε; in one piece, since its gradient op by op takes as long as the sums do. */
const noise = (variances: tf.Tensor, draws: tf.Tensor): tf.Tensor =>
  tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [v, save] = args;
    if (!(v instanceof tf.Tensor) || typeof save !== "function")
      throw new Error("customGrad called otherwise");
    const inverse = tf.rsqrt(tf.add(v, tiny));
    const scaled = tf.mul(inverse, draws);
    save([inverse, scaled]);
    return {
      value: tf.mul(v, scaled),
      // Of v·(v + t)^(−½) the derivative is ½·(v + t)^(−½)·(1 + t/(v + t)).
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [root, along] = saved;
        if (root === undefined || along === undefined) throw new Error("customGrad saved nothing");
        return tf.mul(tf.mul(dy, along), tf.add(tf.mul(tf.square(root), 0.5 * tiny), 0.5));
      },
    };
  })(variances);
