import type { tf as core } from "../tf.js";

/**
 * Puts ours over two kernels of tfjs-node behind which TensorFlow's oneDNN writes past its memory: the process dies, or
 * the result is wrong.
 *
 * - The gradient of a strided 1×1 convolution by its filter. oneDNN 3.7 copies the pixels that the filter saw into a
 *   workspace laid out for the channels there are, and counts its places by the width of a vector: with fewer than 16
 *   channels (8 without AVX-512) the copy runs over the end. It does so where the strides divide the image (else
 *   another of its kernels is taken). We cut out those pixels and multiply matrices, with any number of channels.
 * - Products of matrices of which one is repeated for the others' batch (TensorFlow 2.21). We repeat it, or stack the
 *   others.
 *
 * The trial runs this very function in another process: it must not read anything from outside itself.
 */
export function mendKernels(tf: typeof core, backendName: string): void {
  const tensor = (given: core.TensorInfo | undefined): core.Tensor => {
    if (given instanceof tf.Tensor) return given;
    throw new Error("kernels are given tensors");
  };
  const mend = (kernelName: string, ours: (stock: core.KernelFunc) => core.KernelFunc): void => {
    const kernel = tf.getKernel(kernelName, backendName);
    if (kernel === undefined) throw new Error(`${backendName} has no kernel ${kernelName}`);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ ...kernel, kernelFunc: ours(kernel.kernelFunc) });
  };

  mend("Conv2DBackpropFilter", (stock) => (given) => {
    const { strides, pad, dataFormat, filterShape } =
      given.attrs as unknown as core.Conv2DBackpropFilterAttrs;
    const [x, dy] = [tensor(given.inputs["x"]), tensor(given.inputs["dy"])];
    const [down, across] = typeof strides === "number" ? [strides, strides] : strides;
    const [tall, wide, channels, outputs] = filterShape;
    const [height = 0, width = 0] = x.shape.slice(1);
    const reduced = tall * wide === 1 && down * across > 1 && height % down === 0 && width % across === 0;
    // TensorFlow has no convolution with channels first on processors.
    if (!reduced || typeof pad !== "string" || dataFormat === "NCHW") return stock(given);
    return tf.tidy(() => {
      const columns = width / across;
      const rows = x.size / (down * width * channels);
      const tiles = tf.reshape(x, [rows, down, columns, across * channels]);
      const seen = tf.slice(tiles, [0, 0, 0, 0], [rows, 1, columns, channels]);
      const pixels = tf.reshape<core.Rank.R2>(seen, [rows * columns, channels]);
      const slopes = tf.reshape<core.Rank.R2>(dy, [rows * columns, outputs]);
      return tf.reshape(tf.matMul(pixels, slopes, true, false), filterShape);
    });
  });

  mend("BatchMatMul", (stock) => (given) => {
    const [a, b] = [tensor(given.inputs["a"]), tensor(given.inputs["b"])];
    const { transposeA, transposeB } = given.attrs as unknown as core.BatchMatMulAttrs;
    const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    if (tf.util.arraysEqual(left, right)) return stock(given);
    return tf.tidy(() => {
      const [inner = 0] = a.shape.slice(-1);
      if (right.length === 0 && !transposeA) {
        const product = tf.matMul(tf.reshape(a, [a.size / inner, inner]), b, false, transposeB);
        return tf.reshape(product, [...a.shape.slice(0, -1), ...product.shape.slice(1)]);
      }
      const batch = tf.broadcast_util.assertAndGetBroadcastShape(left, right);
      const [whole, repeated] = [a, b].map((t) => tf.broadcastTo(t, [...batch, ...t.shape.slice(-2)]));
      return tf.matMul(whole ?? a, repeated ?? b, transposeA, transposeB);
    });
  });
}
