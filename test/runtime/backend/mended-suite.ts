import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import {
  openBackend,
  tf,
  type Backend,
  type BackendOptions,
  type Padding,
} from "../../../runtime/backend/index.js";
import type { NativeHost } from "../../../runtime/backend/node/verdict.js";
import { expectClose, values } from "./oracle.js";

interface Strided {
  readonly image: readonly [number, number, number];
  readonly filters: number;
  readonly strides: [number, number];
  readonly pad: Padding;
}

/** Gradient of Σ y·dy by the filter of a 1×1 convolution, from its definition. */
function filterGradient(
  { image, filters, strides }: Strided,
  x: Float32Array,
  dy: Float32Array,
): Float32Array {
  const [height, width, channels] = image;
  const [down, across] = strides;
  const [rows, columns] = [Math.ceil(height / down), Math.ceil(width / across)];
  const gradient = new Float32Array(channels * filters);
  for (let n = 0; n < 2; n++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = ((n * height + row * down) * width + column * across) * channels;
        const to = ((n * rows + row) * columns + column) * filters;
        for (let c = 0; c < channels; c++) {
          for (let o = 0; o < filters; o++) gradient[c * filters + o]! += x[from + c]! * dy[to + o]!;
        }
      }
    }
  }
  return gradient;
}

const size = (max: number) => fc.integer({ min: 1, max });
/** Three in four sizes are multiples of their stride. */
const strided: fc.Arbitrary<Strided> = fc
  .record({
    out: fc.tuple(size(30), size(30)),
    over: fc.tuple(fc.constantFrom(0, 0, 0, 1), fc.constantFrom(0, 0, 0, 1)),
    channels: size(20),
    filters: size(9),
    strides: fc.tuple(size(4), size(4)),
    pad: fc.constantFrom<Padding>("same", "valid"),
  })
  .map(({ out, over, channels, strides, ...rest }) => {
    const length = (axis: 0 | 1) => Math.max(1, out[axis] * strides[axis] - over[axis]);
    return { ...rest, strides, image: [length(0), length(1), channels] };
  });

/** The batch of a product, the axes of the two factors that are 1 there, and how many leading axes the second lacks. */
const factors = fc.record({
  batch: fc.array(size(4), { minLength: 1, maxLength: 3 }),
  one: fc.tuple(fc.nat(7), fc.nat(7)),
  lacks: fc.nat(3),
  sizes: fc.tuple(size(5), size(5), size(5)),
  transposed: fc.tuple(fc.boolean(), fc.boolean()),
});

/** Kernels taken another way, against their definitions in plain loops. */
export function mendedSuite(options: BackendOptions, numRuns: number, native?: NativeHost): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend(options, native);
  });

  test("the filter gradient of a 1×1 convolution with any strides", () =>
    fc.assert(
      fc.property(strided, fc.boolean(), (given, conv1d) => {
        const [height, width, channels] = given.image;
        const { filters, strides, pad } = given;
        const x = values([2, height, width, channels], 1).data;
        const kernel = values([1, 1, channels, filters], 2).data;
        const dy = values([2, Math.ceil(height / strides[0]), Math.ceil(width / strides[1]), filters], 3);
        const before = tf.memory().numTensors;
        const gradient = tf.tidy(() => {
          const images = tf.tensor4d(x.slice(), [2, height, width, channels]);
          const upstream = tf.tensor(dy.data.slice(), [...dy.shape]);
          // The stock op, as layers of users call it, and the fused one of the executor.
          const op = (w: tf.Tensor): tf.Tensor =>
            conv1d
              ? tf.conv2d(images, tf.reshape<tf.Rank.R4>(w, [1, 1, channels, filters]), strides, pad)
              : backend.ops.conv2d(images, w as tf.Tensor4D, null, strides, pad, [1, 1]);
          const start = tf.tensor4d(kernel.slice(), [1, 1, channels, filters]);
          return tf
            .grad((w) => tf.sum(tf.mul(op(w), upstream)))(start)
            .dataSync();
        });
        expect(tf.memory().numTensors).toBe(before);
        expectClose(
          Float32Array.from(gradient),
          filterGradient(given, x, dy.data),
          1e-4,
          JSON.stringify(given),
        );
      }),
      { numRuns },
    ));

  test("products of matrices of which one is repeated for the other's batch", () =>
    fc.assert(
      fc.property(factors, ({ batch, one, lacks, sizes, transposed }) => {
        const [rows, inner, columns] = sizes;
        const swap = (shape: readonly [number, number], yes: boolean) => (yes ? [shape[1], shape[0]] : shape);
        const outer = one.map((bits) => batch.map((length, axis) => ((bits >> axis) & 1 ? 1 : length)));
        const left = outer[0] ?? [];
        const right = (outer[1] ?? []).slice(lacks);
        const a = values([...left, ...swap([rows, inner], transposed[0])], 1);
        const b = values([...right, ...swap([inner, columns], transposed[1])], 2);
        const [found, shape] = tf.tidy(() => {
          const factor = ({ data, shape }: typeof a): tf.Tensor => tf.tensor(data.slice(), [...shape]);
          const product = tf.matMul(factor(a), factor(b), ...transposed);
          return [Float32Array.from(product.dataSync()), product.shape];
        });
        const whole = left.map((length, axis) =>
          Math.max(length, right[axis - left.length + right.length] ?? 1),
        );
        expect(shape).toEqual([...whole, rows, columns]);
        const wanted = new Float32Array(found.length);
        const at = (index: readonly number[], own: readonly number[]): number =>
          own.reduce(
            (offset, length, axis) =>
              offset * length + (length === 1 ? 0 : (index[index.length - own.length + axis] ?? 0)),
            0,
          );
        for (let i = 0; i < wanted.length; i++) {
          const [row, column] = [Math.floor(i / columns) % rows, i % columns];
          let rest = Math.floor(i / (rows * columns));
          const index: number[] = [];
          for (const length of [...whole].reverse()) {
            index.unshift(rest % length);
            rest = Math.floor(rest / length);
          }
          const [fromA, fromB] = [at(index, left) * rows * inner, at(index, right) * inner * columns];
          for (let k = 0; k < inner; k++) {
            const u = a.data[fromA + (transposed[0] ? k * rows + row : row * inner + k)]!;
            const v = b.data[fromB + (transposed[1] ? column * inner + k : k * columns + column)]!;
            wanted[i]! += u * v;
          }
        }
        expectClose(found, wanted, 1e-4, JSON.stringify({ left, right, sizes, transposed }));
      }),
      { numRuns },
    ));
}
