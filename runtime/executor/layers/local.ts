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
  const v = sums(variances);
  const draws = drawsOf({ pass, origin }, "weights").normal(y.shape, outputIds);
  const deviation = tf.div(v, tf.sqrt(tf.add(v, tiny)));
  return tf.add(y, tf.mul(deviation, tf.tensor(draws, y.shape)));
}
