import { tf } from "../backend/tf.js";
import type { FusedOps } from "../backend/types.js";
import type { Dense, Lesson, Loss } from "../types.js";
import type { Head } from "./head.js";
import { comparisonOf } from "./loss.js";
import { rank2 } from "./ranks.js";
import type { PositionWeights } from "./weights.js";

/** Shares this small count as so large where their logarithm is taken, as in the losses. */
const EPSILON = 1e-7;

/** Logits of shares whose activation could not be left out: their soft-max, or sigmoid, gives the shares again. */
export function logitsOf(y: tf.Tensor, kind: Head["kind"]): tf.Tensor {
  if (kind === "other") return y;
  const p = tf.clipByValue(y, EPSILON, 1 - EPSILON);
  const log = tf.log(p);
  return kind === "softmax" ? log : tf.sub(log, tf.log(tf.sub(1, p)));
}

/**
 * How far the outputs of the network are from those of its teacher, for a batch (Hinton et al. 2015): of classes the
 * Kullback–Leibler divergence of soft-max(z / T) from that of the teacher, the mean over rows (and positions); of sigmoids the same
 * of each number, whose two sides are a distribution, the mean over all; both times T², so that gradients are as large for any T. Of
 * amounts the mean squared error. `y` are logits where `logits` says so; `counts` weighs rows, as in the loss.
 */
export function distanceTo(
  ops: FusedOps,
  y: tf.Tensor,
  { head, loss, logits }: { readonly head: Head; readonly loss: Loss; readonly logits: boolean },
  taught: Dense,
  { temperature }: Pick<Lesson, "temperature">,
  counts: PositionWeights | null,
): tf.Scalar {
  const comparison = comparisonOf(head, loss.name);
  const classes = y.shape[y.shape.length - 1] ?? 1;
  const rows = y.size / classes;
  const flat = (t: tf.Tensor): tf.Tensor2D => rank2(tf.reshape(t, [rows, classes]));
  const weights = counts && tf.tensor2d(counts.data, [rows, 1]);
  const mean = (values: tf.Tensor): tf.Scalar => tf.mean(weights ? tf.mul(values, weights) : values);
  if (comparison === "values")
    return mean(tf.square(tf.sub(flat(y), flat(tf.tensor(taught.data, [...taught.shape])))));
  const z = flat(tf.div(logits ? y : logitsOf(y, head.kind), temperature));
  const square = temperature * temperature;
  const soft = comparison === "softmax" ? softMax : sigmoid;
  const { shares, entropies } = soft(taught.data, classes, temperature);
  const t = tf.tensor2d(shares, [rows, classes]);
  const entropy = mean(tf.tensor2d(entropies, [rows, entropies.length / rows]));
  const cross =
    comparison === "softmax"
      ? ops.softmaxCrossEntropy(z, weights ? tf.mul<tf.Tensor2D>(t, weights) : t)
      : mean(tf.sub(tf.softplus(z), tf.mul(t, z)));
  return tf.mul(square, tf.sub(cross, entropy));
}

/** What a teacher holds likely, and how undecided it is: its own part of the divergence, which no gradient knows of. */
interface Soft {
  readonly shares: Float32Array;
  /** −Σ p·log p: of every row, or of every number. */
  readonly entropies: Float32Array;
}

function softMax(logits: Float32Array, classes: number, temperature: number): Soft {
  const shares = new Float32Array(logits.length);
  const entropies = new Float32Array(logits.length / classes);
  for (let row = 0; row < entropies.length; row++) {
    const from = row * classes;
    const scaled = Array.from(logits.subarray(from, from + classes), (z) => z / temperature);
    const largest = Math.max(...scaled);
    const sum = scaled.reduce((total, z) => total + Math.exp(z - largest), 0);
    let entropy = 0;
    scaled.forEach((z, k) => {
      const log = z - largest - Math.log(sum);
      const p = Math.exp(log);
      shares[from + k] = p;
      if (p > 0) entropy -= p * log;
    });
    entropies[row] = entropy;
  }
  return { shares, entropies };
}

function sigmoid(logits: Float32Array, _classes: number, temperature: number): Soft {
  const shares = logits.map((z) => 1 / (1 + Math.exp(-z / temperature)));
  // log p = −log(1 + e⁻ᶻ): a sum of both sides, of which none overflows.
  const entropies = logits.map((z, i) => {
    const [p, scaled] = [shares[i] ?? 0, Math.abs(z) / temperature];
    const far = z < 0 ? p : 1 - p;
    return Math.log1p(Math.exp(-scaled)) + far * scaled;
  });
  return { shares, entropies };
}
