import { tf } from "../tf.js";
import { defineKernel, type Inputs } from "./context.js";

/** The gradient of `gather` (embeddings); the package has none. Negative segment numbers are dropped, as on cpu. */
export const unsortedSegmentSum = defineKernel<Inputs<"x" | "segmentIds">, tf.UnsortedSegmentSumAttrs>(
  "UnsortedSegmentSum",
  ({ x, segmentIds }, { numSegments }, wasm) => {
    const inner = x.shape.slice(segmentIds.shape.length);
    const width = tf.util.sizeFromShape(inner);
    const out = wasm.output([numSegments, ...inner]);
    const target = wasm.floats(out);
    const source = wasm.floats(x);
    target.fill(0);
    wasm.ints(segmentIds).forEach((segment, i) => {
      if (segment < 0 || segment >= numSegments) return;
      for (let k = 0; k < width; k++) target[segment * width + k]! += source[i * width + k]!;
    });
    return out;
  },
);
