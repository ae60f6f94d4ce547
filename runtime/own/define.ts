import type { Tensor } from "@tensorflow/tfjs-core";
import type { toolkit } from "../toolkit.js";

/** The copy of TensorFlow.js that trains: tensors of another copy cannot be computed with here. */
export type Tools = Pick<typeof toolkit, "tf">;

/**
 * A loss. `yTrue` and `yPred` are tensors of the output's shape, the batch axis first; class indices come as one-hot rows, and
 * `yPred` is what the network gives, behind its last activation. It gives a scalar, or one number for each example (or each
 * position of it): a tensor of the leading axes of the output, whose mean is minimized. It is differentiated, so it has to compute by operations of
 * `tf` alone, and at once: no `async`. `tools` are given to functions that name a third parameter.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, tools: Tools) => Tensor;

/**
 * A metric: measured on held-out data beside loss and accuracy, never differentiated. It is given what a loss is given, and gives a
 * number, a scalar, or one number for each example (or position). What is reported is the mean over all examples; of a number for a
 * whole batch, the mean of the batches, each by its examples. Weights of examples do not count in it.
 */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor, tools: Tools) => Tensor | number;

/**
 * A loss for `use loss NAME from "./file.js"` or the option `losses`, with its types: gives `compute` back.
 *
 *     export const bounded = defineLoss((yTrue, yPred, { tf }) =>
 *       tf.tanh(tf.mean(tf.square(tf.sub(yPred, yTrue)), -1)));
 */
export const defineLoss = (compute: LossFunction): LossFunction => compute;

/**
 * A metric for `use metric NAME from "./file.js"` or the option `metrics`, with its types: gives `compute` back.
 *
 *     export const worst = defineMetric((yTrue, yPred, { tf }) => tf.max(tf.abs(tf.sub(yPred, yTrue)), -1));
 */
export const defineMetric = (compute: MetricFunction): MetricFunction => compute;
