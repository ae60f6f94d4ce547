import { BATCH_NORM, BATCH_NORM_GRAD } from "../ops/kernels.js";
import { channelsOf } from "../shape.js";
import { tf } from "../tf.js";
import { affine, perChannel } from "./channel-arithmetic.js";
import { defineKernel, type Inputs, type Wasm, viewAs } from "./context.js";
import { columnMeans } from "./leading-reduction.js";

interface Attrs {
  readonly epsilon: number;
}

/** Batch normalization with the statistics of x (Ioffe & Szegedy 2015, algorithm 1): y, mean, biased variance. */
export const batchNorm = defineKernel<Inputs<"x" | "gamma" | "beta">, Attrs>(
  BATCH_NORM,
  ({ x, gamma, beta }, { epsilon }, wasm) => {
    const channels = channelsOf(x);
    const rows = tf.util.sizeFromShape(x.shape) / channels;
    const mean = columnMeans(x, rows, channels, wasm);
    const centred = centre(x, mean, wasm);
    const squares = wasm.run("Square", { x: centred });
    const variance = columnMeans(squares, rows, channels, wasm);
    wasm.free(squares);
    const scale = perChannel(channels, () => 0, wasm);
    const slopes = wasm.floats(scale);
    const [g, v] = [wasm.floats(gamma), wasm.floats(variance)];
    for (let c = 0; c < channels; c++) slopes[c] = g[c]! / Math.sqrt(v[c]! + epsilon);
    const y = affine(centred, scale, beta, wasm);
    wasm.free(centred, scale);
    return [y, mean, variance];
  },
);

/**
 * dβ = Σ dy, dγ = Σ dy·x̂, dx = γ/σ·(dy − mean(dy) − x̂·mean(dy·x̂)), with x̂ = (x − mean)/σ.
 */
export const batchNormGrad = defineKernel<Inputs<"dy" | "x" | "gamma" | "mean" | "variance">, Attrs>(
  BATCH_NORM_GRAD,
  ({ dy, x, gamma, mean, variance }, { epsilon }, wasm) => {
    const channels = channelsOf(x);
    const rows = tf.util.sizeFromShape(x.shape) / channels;
    const centred = centre(x, mean, wasm);
    const products = wasm.stock("Multiply", { a: dy, b: centred });
    // Means now; scaled to sums below, in place.
    const dBeta = columnMeans(dy, rows, channels, wasm);
    const dGamma = columnMeans(products, rows, channels, wasm);
    wasm.free(products);
    const slope = wasm.output([channels]);
    const shift = wasm.output([channels]);
    const pull = wasm.output([channels]);
    const zero = perChannel(channels, () => 0, wasm);
    const at = [slope, shift, pull, dBeta, dGamma, gamma, variance].map((t) => wasm.floats(t));
    const [slopes, shifts, pulls, sumDy, sumDyX, gammas, variances] = at;
    if (!slopes || !shifts || !pulls || !sumDy || !sumDyX || !gammas || !variances) {
      throw new Error("seven views were taken");
    }
    for (let c = 0; c < channels; c++) {
      const inverse = 1 / Math.sqrt(variances[c]! + epsilon);
      slopes[c] = gammas[c]! * inverse;
      shifts[c] = -slopes[c]! * sumDy[c]!;
      pulls[c] = -slopes[c]! * sumDyX[c]! * inverse * inverse;
      sumDy[c]! *= rows;
      sumDyX[c]! *= rows * inverse;
    }
    const direct = affine(dy, slope, shift, wasm);
    const correction = affine(centred, pull, zero, wasm);
    wasm.free(centred, slope, shift, pull, zero);
    const dx = wasm.stock("Add", { a: direct, b: correction });
    wasm.free(direct, correction);
    return [viewAs(dx, x.shape), dGamma, dBeta];
  },
);

/** x − mean per channel. */
function centre(x: tf.TensorInfo, mean: tf.TensorInfo, wasm: Wasm): tf.TensorInfo {
  const channels = channelsOf(x);
  const one = perChannel(channels, () => 1, wasm);
  const offset = wasm.output([channels]);
  const offsets = wasm.floats(offset);
  wasm.floats(mean).forEach((m, c) => {
    offsets[c] = -m;
  });
  const result = affine(x, one, offset, wasm);
  wasm.free(one, offset);
  return result;
}
