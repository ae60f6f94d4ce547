import { dead } from "../masks/state.js";
import type { LayerInfo, WeightInfo } from "../network/types.js";

/** The one tap at which each input channel of a kernel [height, width, in, out] is read, numbered row by row. */
export type Taps = Int32Array;

/** The kernel of a convolution that could be written as a shift and a 1×1 convolution. */
export const kernelOf = ({ weights }: LayerInfo): WeightInfo | undefined =>
  weights.find(({ name, shape }) => name === "kernel" && shape.length === 4);

/**
 * Where masks leave every input channel of a kernel one tap, the same for all filters, that tap of each; null where some channel is read
 * at several. A channel of which nothing lives is read anywhere: in the middle.
 */
export function tapsOf({ shape }: WeightInfo, codes: Uint8Array | undefined): Taps | null {
  const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
  if (codes === undefined) return null;
  const places = height * width;
  const taps = new Int32Array(inputs).fill(-1);
  for (let at = 0; at < codes.length; at += outputs) {
    if (codes.subarray(at, at + outputs).every((code) => code === dead)) continue;
    const row = at / outputs;
    const [tap, input] = [Math.floor(row / inputs), row % inputs];
    if (taps[input] !== -1) return null;
    taps[input] = tap;
  }
  return taps.map((tap) => (tap === -1 ? places >> 1 : tap));
}
