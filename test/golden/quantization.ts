import { deepEqual } from "node:assert/strict";
import { codeLengths, codedBits } from "../../core/quantize/huffman.js";
import { usualBits } from "../../core/quantize/methods.js";
import { share, spreadGradients, sumGradients } from "../../core/quantize/shared.js";
import { storedKernel } from "../../core/quantize/stored.js";
import { denseSetting } from "../core/masks/vectors.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** Weights, and their gradients, of figure 3 of the paper. */
const weights = [
  ...[2.09, -0.98, 1.48, 0.09, 0.05, -0.14, -1.08, 2.12],
  ...[-0.91, 1.92, 0, -1.03, 1.87, 0, 1.53, 1.49],
];
const slopes = [
  ...[-0.03, -0.01, 0.03, 0.02, -0.01, 0.01, -0.02, 0.12],
  ...[-0.01, 0.02, 0.04, 0.01, -0.07, -0.02, 0.01, -0.02],
];
const numbers = [3, 0, 2, 1, 1, 1, 0, 3, 0, 3, 1, 0, 3, 1, 2, 2];

export const quantization: readonly Vector[] = [
  {
    vector: "figure 3",
    method: "deep-compression",
    about:
      "sixteen weights share -1, 0, 1.5 and 2, and a step with the sums of their gradients moves these to -0.97, -0.04, 1.48 and 1.96",
    check() {
      const { setting, w, key } = denseSetting(weights);
      const { bits = 2 } = statementOf("deep-compression", "quantize");
      deepEqual(share(setting, [{ key, most: 2 ** Number(bits) }]), [{ key, weights: 16, values: 4 }]);
      const values = [-1, 0, 1.5, 2];
      near(
        w,
        numbers.map((number) => values[number] ?? NaN),
      );
      const gradient = Float32Array.from(slopes);
      sumGradients(setting.state, new Map([[key, gradient]]));
      spreadGradients(setting.state, new Map([[key, gradient]]));
      const tuned = [-0.97, -0.04, 1.48, 1.96];
      near(
        w.map((value, i) => value - (gradient[i] ?? 0)),
        numbers.map((number) => tuned[number] ?? NaN),
      );
    },
  },
  {
    vector: "bits",
    method: "deep-compression",
    about: "convolutions get 256 values and dense layers 32, and what is dead is none of them",
    check() {
      deepEqual([usualBits([3, 3, 4, 8]), usualBits([300, 100])], [8, 5]);
      const { setting, w, key } = denseSetting([0.1, 0, 0.2, 0, 0.9, 1]);
      setting.state.elements.set(key, Uint8Array.of(0, 1, 0, 1, 0, 0));
      share(setting, [{ key, most: 2 }]);
      near(w, [0.15, 0, 0.15, 0, 0.95, 0.95]);
      deepEqual([...(setting.state.shared.get(key) ?? [])], [1, 0, 1, 0, 2, 2]);
    },
  },
  {
    vector: "figure 2",
    method: "deep-compression",
    about:
      "of sixteen places 1, 4 and 15 live: distances of 3 bits need one filler zero, so four weights of 35 bits",
    check() {
      const data = new Float32Array(16);
      data.set([3.4], 1);
      data.set([0.9], 4);
      data.set([1.7], 15);
      const { nonzero, fillers, dense, sparse } = storedKernel(data, { index: 3, shares: false });
      deepEqual([nonzero, fillers, dense, sparse], [3, 1, 64, Math.ceil((4 * 35) / 8)]);
    },
  },
  {
    vector: "huffman",
    method: "deep-compression",
    about: "45, 13, 12, 16, 9 and 5 occurrences get words of 1, 3, 3, 3, 4 and 4 bits, 224 together",
    check() {
      const counts = [45, 13, 12, 16, 9, 5];
      deepEqual(codeLengths(counts), [1, 3, 3, 3, 4, 4]);
      deepEqual(codedBits(counts), 224);
    },
  },
];
