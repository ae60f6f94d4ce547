import { tf } from "../tf.js";
import { eachWindow, poolWindows, type PoolAttrs } from "../windows.js";

const mended = new Set<string>();

/**
 * Puts ours over the gradients of average pooling of a backend, which divide by the size of the whole window as those of the cpu and
 * wasm packages do: what comes of windows that lie outside the image in part is made larger first, on the device.
 */
export function mendAveragePooling(backendName: string): void {
  if (mended.has(backendName)) return;
  mended.add(backendName);
  for (const kernelName of ["AvgPoolGrad", "AvgPool3DGrad"]) {
    const stock = tf.getKernel(kernelName, backendName);
    if (stock === undefined) continue;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...stock,
      kernelFunc(given) {
        const { dy, input } = given.inputs;
        const factors = input && edgeFactors(input, given.attrs as unknown as PoolAttrs);
        if (!(dy instanceof tf.Tensor) || !factors) return stock.kernelFunc(given);
        const scaled = tf.tidy(() => tf.mul(dy, tf.tensor(factors, [1, ...dy.shape.slice(1, -1), 1])));
        const result = stock.kernelFunc({ ...given, inputs: { ...given.inputs, dy: scaled } });
        scaled.dispose();
        return result;
      },
    });
  }
}

/** How many times as large a window is as its part within the image, by output pixel; null where all are whole. */
function edgeFactors(input: tf.TensorInfo, attrs: PoolAttrs): Float32Array | null {
  if (attrs.pad !== "same") return null;
  const windows = poolWindows({ ...input, shape: [1, ...input.shape.slice(1, -1), 1] }, attrs);
  const { filterDepth, filterHeight, filterWidth, outDepth, outHeight, outWidth } = windows;
  const whole = filterDepth * filterHeight * filterWidth;
  const factors = new Float32Array(outDepth * outHeight * outWidth);
  eachWindow(windows, (pixel, _, count) => void (factors[pixel] = whole / count));
  return factors.every((factor) => factor === 1) ? null : factors;
}
