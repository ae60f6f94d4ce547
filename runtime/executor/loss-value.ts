import { tf } from "../backend/tf.js";
import type { FusedOps } from "../backend/types.js";
import { blame, lossOf } from "../own/call.js";
import type { Loss, LossName, OwnFunction } from "../types.js";
import { rank1, rank2 } from "./ranks.js";
import type { Target } from "./targets.js";
import type { PositionWeights } from "./weights.js";

/** Keras' guard against the logarithm of 0. */
const EPSILON = 1e-7;

function rows(t: tf.Tensor): tf.Tensor2D {
  const classes = t.shape[t.shape.length - 1] ?? 1;
  return rank2(tf.reshape(t, [t.size / classes, classes]));
}

/** The mean of values, each row of the output's units counted as it is weighed; divided by the number of all, as in Keras. */
function weightedMean(values: tf.Tensor, weights: tf.Tensor2D | null): tf.Scalar {
  return tf.mean(weights ? tf.mul(rows(values), weights) : values);
}

/** −Σ t·log p per row, with p made to sum to 1 first as tfjs-layers does. */
function crossEntropyOfShares(shares: tf.Tensor2D, target: tf.Tensor): tf.Tensor {
  const p = tf.clipByValue(tf.div(shares, tf.sum(shares, -1, true)), EPSILON, 1 - EPSILON);
  return tf.neg(tf.sum(tf.mul(target, tf.log(p)), -1, true));
}

/** t·(1 − s) + s/K: a share s of every target goes to all K classes alike. */
function smoothed(t: tf.Tensor, share: number, classes: number): tf.Tensor {
  return share === 0 ? t : tf.add(tf.mul(t, 1 - share), share / classes);
}

function crossEntropy(
  ops: FusedOps,
  y: tf.Tensor,
  target: Target,
  logits: boolean,
  smoothing: number,
  weights: tf.Tensor2D | null,
): tf.Scalar {
  const flat = rows(y);
  const [count, classes] = flat.shape;
  const shares = (): tf.Tensor2D => rows(smoothed(target.dense(y.shape), smoothing, classes));
  if (!logits) return weightedMean(crossEntropyOfShares(flat, shares()), weights);
  // A row counts by the sum of its targets.
  if (weights) return ops.softmaxCrossEntropy(flat, tf.mul(shares(), weights));
  const labels = smoothing === 0 ? target.labels(count, classes) : null;
  return labels
    ? ops.softmaxCrossEntropySparse(flat, rank1(labels))
    : ops.softmaxCrossEntropy(flat, shares());
}

/** From logits z: log(1 + eᶻ) − t·z, which never overflows. */
function binaryCrossEntropy(y: tf.Tensor, t: tf.Tensor, logits: boolean): tf.Tensor {
  if (logits) return tf.sub(tf.softplus(y), tf.mul(t, y));
  const p = tf.clipByValue(y, EPSILON, 1 - EPSILON);
  return tf.neg(tf.add(tf.mul(t, tf.log(p)), tf.mul(tf.sub(1, t), tf.log(tf.sub(1, p)))));
}

/** ½e² within ±δ, δ·(|e| − ½δ) beyond (Huber 1964). */
function huber(y: tf.Tensor, t: tf.Tensor, delta: number): tf.Tensor {
  const error = tf.abs(tf.sub(y, t));
  const inner = tf.minimum(error, delta);
  return tf.add(tf.mul(0.5, tf.square(inner)), tf.mul(delta, tf.sub(error, inner)));
}

function klDivergence(y: tf.Tensor, t: tf.Tensor): tf.Tensor {
  const p = tf.clipByValue(t, EPSILON, 1);
  const q = tf.clipByValue(y, EPSILON, 1);
  return tf.sum(tf.mul(t, tf.log(tf.div(p, q))), -1, true);
}

/** Logits divided by a temperature; shares as the soft-max of such logits has them, but for their sum. */
function tempered(y: tf.Tensor, temperature: number, logits: boolean): tf.Tensor {
  if (temperature === 1) return y;
  return logits ? tf.div(y, temperature) : tf.pow(tf.clipByValue(y, EPSILON, 1), 1 / temperature);
}

/** The mean loss over the rows (and positions) of a batch. `y` are logits where `logits` says so. */
export function lossValue(
  ops: FusedOps,
  loss: Loss,
  y: tf.Tensor,
  target: Target,
  logits: boolean,
  counts: PositionWeights | null = null,
): tf.Scalar {
  const weights = counts && tf.tensor2d(counts.data, [counts.data.length / counts.columns, counts.columns]);
  const { name, labelSmoothing, own } = loss;
  if (name === "own") {
    if (own === undefined) throw new Error("an own loss without its function");
    return ownLoss(own, y, target.dense(y.shape), weights);
  }
  if (name === "cross-entropy") {
    const { temperature = 1 } = loss;
    return crossEntropy(ops, tempered(y, temperature, logits), target, logits, labelSmoothing ?? 0, weights);
  }
  return weightedMean(valuesOf(name, loss, y, target, logits), weights);
}

/** The mean of what a function of the user makes of targets and outputs. @throws DiagnosticError P7019 */
function ownLoss(own: OwnFunction, y: tf.Tensor, t: tf.Tensor, weights: tf.Tensor2D | null): tf.Scalar {
  const value = lossOf(own, t, y);
  if (weights === null) return tf.mean(value);
  const [positions] = weights.shape;
  if (value.size === positions) return tf.mean(tf.mul(tf.reshape(value, [positions, 1]), weights));
  const gives = value.size === 1 ? "one number a batch" : `${value.size} numbers`;
  return blame(
    own,
    "cannot be weighed",
    [`it gives ${gives}, weights want ${positions}`],
    "let it give a loss for each row, or leave `weights` out of the data",
  );
}

/** Of every number of the output, or one of each position. */
function valuesOf(
  name: Exclude<LossName, "cross-entropy">,
  { labelSmoothing = 0, delta = 1 }: Loss,
  y: tf.Tensor,
  target: Target,
  logits: boolean,
): tf.Tensor {
  switch (name) {
    case "binary-cross-entropy":
      return binaryCrossEntropy(y, smoothed(target.dense(y.shape), labelSmoothing, 2), logits);
    case "mean-squared-error":
      return tf.square(tf.sub(y, target.dense(y.shape)));
    case "mean-absolute-error":
      return tf.abs(tf.sub(y, target.dense(y.shape)));
    case "huber":
      return huber(y, target.dense(y.shape), delta);
    case "hinge":
      return tf.relu(tf.sub(1, tf.mul(target.dense(y.shape, -1), y)));
    case "kl-divergence":
      return klDivergence(y, target.dense(y.shape));
  }
}
