import { tf } from "./tf.js";
import type { Backend } from "./types.js";

/** GFLOP/s of one product of 512×512 matrices and of one 3×3 convolution 8×32×32×32 → 32, each the best of three. */
export interface Speed {
  readonly matMul: number;
  readonly conv2d: number;
}

export function measureSpeed(backend: Backend): Speed {
  // The plain backend runs at a hundredth of the others' speed: it gets a hundredth of the work.
  const small = backend.name === "cpu";
  const n = small ? 128 : 512;
  const batch = small ? 1 : 8;
  const channels = small ? 8 : 32;
  const matrix = tf.ones<tf.Rank.R2>([n, n]);
  const images = tf.ones<tf.Rank.R4>([batch, 32, 32, channels]);
  const kernel = tf.ones<tf.Rank.R4>([3, 3, channels, channels]);
  const matMul = (2 * n ** 3) / seconds(() => tf.matMul(matrix, matrix)) / 1e9;
  const work = 2 * batch * 32 * 32 * 9 * channels ** 2;
  const convolve = (): tf.Tensor => backend.ops.conv2d(images, kernel, null, [1, 1], "same", [1, 1]);
  const conv2d = work / seconds(convolve) / 1e9;
  tf.dispose([matrix, images, kernel]);
  return { matMul, conv2d };
}

/** The least time of three runs after a first one that warms up; reading the result waits for it. */
function seconds(work: () => tf.Tensor): number {
  const once = (): number => {
    const started = performance.now();
    tf.tidy(() => work().dataSync());
    return (performance.now() - started) / 1000;
  };
  once();
  return Math.min(once(), once(), once());
}
