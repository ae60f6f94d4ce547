import { kernel, viewAs, type Device, type Inputs, type Kernels } from "../device.js";
import { BATCH_NORM, BATCH_NORM_GRAD } from "../ops/kernels.js";
import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import { affine, copyOf } from "./arithmetic.js";
import { columnMeans } from "./reductions.js";

interface Attrs {
  readonly epsilon: number;
}

/** Batch normalization with the statistics of x (Ioffe & Szegedy 2015, algorithm 1): y, mean, biased variance. */
const batchNorm = kernel<Inputs<"x" | "gamma" | "beta">, Attrs>(({ x, gamma, beta }, { epsilon }, device) => {
  const mean = columnMeans(x, device);
  const centred = centre(x, mean, device);
  const squares = device.run("Square", { x: centred });
  const variance = columnMeans(squares, device);
  device.free(squares);
  const [slopes, spread] = [copyOf(gamma, device), copyOf(variance, device)];
  const y = affine(centred, (c) => slopes[c]! / Math.sqrt(spread[c]! + epsilon), beta, device);
  device.free(centred);
  return [y, mean, variance];
});

/**
 * dβ = Σ dy, dγ = Σ dy·x̂, dx = γ/σ·(dy − mean(dy) − x̂·mean(dy·x̂)), with x̂ = (x − mean)/σ.
 */
const batchNormGrad = kernel<Inputs<"dy" | "x" | "gamma" | "mean" | "variance">, Attrs>(
  ({ dy, x, gamma, mean, variance }, { epsilon }, device) => {
    const rows = tf.util.sizeFromShape(x.shape) / channelsOf(x);
    const centred = centre(x, mean, device);
    const products = device.stock("Multiply", { a: dy, b: centred });
    // Means now; scaled to sums below, in place.
    const dBeta = columnMeans(dy, device);
    const dGamma = columnMeans(products, device);
    device.free(products);
    const inverse = Float64Array.from(device.floats(variance), (v) => 1 / Math.sqrt(v + epsilon));
    const slope = copyOf(gamma, device).map((g, c) => g * inverse[c]!);
    const [meanDy, meanDyX] = [copyOf(dBeta, device), copyOf(dGamma, device)];
    const direct = affine(
      dy,
      (c) => slope[c]!,
      (c) => -slope[c]! * meanDy[c]!,
      device,
    );
    const correction = affine(
      centred,
      (c) => -slope[c]! * meanDyX[c]! * inverse[c]! * inverse[c]!,
      () => 0,
      device,
    );
    const dx = device.stock("Add", { a: direct, b: correction });
    device.free(centred, direct, correction);
    device.floats(dBeta).set(meanDy.map((m) => m * rows));
    device.floats(dGamma).set(meanDyX.map((m, c) => m * (rows * inverse[c]!)));
    return [viewAs(dx, x.shape), dGamma, dBeta];
  },
);

/** x − mean per channel. */
function centre(x: tf.TensorInfo, mean: tf.TensorInfo, device: Device): tf.TensorInfo {
  const means = copyOf(mean, device);
  return affine(
    x,
    () => 1,
    (c) => -means[c]!,
    device,
  );
}

export const batchNormalization: Kernels = { [BATCH_NORM]: batchNorm, [BATCH_NORM_GRAD]: batchNormGrad };
