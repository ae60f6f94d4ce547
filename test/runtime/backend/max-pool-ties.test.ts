import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openBackend, tf } from "../../../runtime/backend/index.js";

/** Behind a ReLU most windows hold their largest value several times: the gradient belongs to the first of them, in row order. */

interface Pooling {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly size: number;
  readonly stride: number;
  readonly pad: "same" | "valid";
  readonly seed: number;
}

/** Values of few kinds, most of them 0. */
function withTies(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.max(0, Math.floor((state / 2 ** 32) * 5) - 2);
  });
}

/** Padding before the first cell, as TensorFlow counts it. */
function margin(length: number, { size, stride, pad }: Pooling): number {
  const outputs = Math.ceil(length / stride);
  return pad === "valid" ? 0 : Math.max(0, (outputs - 1) * stride + size - length) >> 1;
}

function gradientByDefinition(p: Pooling, x: Float32Array, dy: tf.Tensor4D): Float32Array {
  const { height, width, channels, size, stride } = p;
  const [top, left] = [margin(height, p), margin(width, p)];
  const gradient = new Float32Array(x.length);
  const [, rows, columns] = dy.shape;
  const slopes = dy.dataSync();
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const places: number[] = [];
        for (let y = i * stride - top; y < i * stride - top + size; y++)
          for (let z = j * stride - left; z < j * stride - left + size; z++)
            if (y >= 0 && y < height && z >= 0 && z < width) places.push((y * width + z) * channels + c);
        const largest = Math.max(...places.map((at) => x[at] ?? NaN));
        const first = places.find((at) => x[at] === largest) ?? -1;
        gradient[first] = (gradient[first] ?? 0) + (slopes[(i * columns + j) * channels + c] ?? 0);
      }
    }
  }
  return gradient;
}

const poolings: fc.Arbitrary<Pooling> = fc.record({
  height: fc.integer({ min: 3, max: 7 }),
  width: fc.integer({ min: 3, max: 7 }),
  channels: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  pad: fc.constantFrom("same", "valid"),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

describe("the gradient of max pooling on wasm", () => {
  beforeAll(() => openBackend({ backend: "wasm" }));

  it("goes to the first of equal values", () => {
    fc.assert(
      fc.property(poolings, (p) => {
        const x = withTies(p.height * p.width * p.channels, p.seed);
        tf.tidy(() => {
          const images = tf.tensor4d(x.slice(), [1, p.height, p.width, p.channels]);
          const pool = (t: tf.Tensor4D): tf.Tensor4D => tf.maxPool(t, p.size, p.stride, p.pad);
          const y = pool(images);
          const dy = tf.tensor4d(withTies(y.size, p.seed + 1), y.shape);
          const got = tf.grad((t) => pool(tf.reshape<tf.Rank.R4>(t, images.shape)))(images, dy);
          expect([...got.dataSync()]).toEqual([...gradientByDefinition(p, x, dy)]);
        });
      }),
      { numRuns: 60 },
    );
  });
});
