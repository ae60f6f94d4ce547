import { beforeAll, describe, expect, test } from "vitest";
import { openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { values, type Given } from "./oracle.js";

/**
 * The cpu backend is the reference of the other tests. Where it had faults, or where the reference is code of ours,
 * gradients are checked against central differences here. All functions are linear or quadratic in each input, so
 * the differences are exact up to rounding.
 */
let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});

type Function = (...inputs: tf.Tensor[]) => tf.Tensor;

function expectDifferences(f: Function, inputs: readonly Given[]): void {
  const step = 0.25;
  const make = (g: Given): tf.Tensor => tf.tensor(g.data.slice(), [...g.shape]);
  const weigh = (y: tf.Tensor): tf.Scalar => tf.sum(tf.mul(y, tf.tensor(values(y.shape, 5).data, y.shape)));
  const at = (given: readonly Given[]): number =>
    tf.tidy(() => weigh(f(...given.map(make))).dataSync()[0] ?? NaN);
  const gradients = tf.tidy(() =>
    tf
      .grads((...t: tf.Tensor[]) => weigh(f(...t)))(inputs.map(make))
      .map((g) => Float32Array.from(g.dataSync())),
  );
  inputs.forEach((input, which) => {
    const moved = (i: number, by: number): readonly Given[] =>
      inputs.map((g, k) =>
        k === which ? { shape: g.shape, data: g.data.map((v, j) => (j === i ? v + by : v)) } : g,
      );
    const stride = Math.max(1, Math.floor(input.data.length / 40));
    for (let i = 0; i < input.data.length; i += stride) {
      const difference = (at(moved(i, step)) - at(moved(i, -step))) / (2 * step);
      expect(gradients[which]?.[i], `input ${which} at ${i}`).toBeCloseTo(difference, 3);
    }
  });
}

const images = (t: tf.Tensor | undefined): tf.Tensor4D => {
  const [a = 1, b = 1, c = 1, d = 1] = t?.shape ?? [];
  return tf.reshape<tf.Rank.R4>(t ?? 0, [a, b, c, d]);
};

describe("gradients against central differences", () => {
  test("dilated conv2d", () => {
    const inputs = [values([2, 7, 6, 2], 1), values([3, 2, 2, 3], 2)];
    expectDifferences(
      (x, k) => backend.ops.conv2d(images(x), images(k), null, [1, 1], "same", [2, 3]),
      inputs,
    );
    expectDifferences(
      (x, k) => backend.ops.conv2d(images(x), images(k), null, [1, 1], "valid", [2, 2]),
      inputs,
    );
  });

  test("dilated depthwise", () => {
    const inputs = [values([2, 7, 6, 2], 1), values([3, 2, 2, 2], 2)];
    expectDifferences(
      (x, k) => backend.ops.depthwiseConv2d(images(x), images(k), null, [1, 1], "same", [2, 3]),
      inputs,
    );
  });

  test("average pooling with padding", () => {
    expectDifferences((x) => tf.avgPool(images(x), 3, 2, "same"), [values([2, 5, 6, 2], 1)]);
    expectDifferences((x) => tf.avgPool(images(x), 3, 1, "same"), [values([1, 4, 5, 1], 1)]);
  });

  test("average pooling with strides beyond its windows", () => {
    expectDifferences((x) => tf.avgPool(images(x), 1, 2, "same"), [values([1, 4, 6, 2], 1)]);
    expectDifferences((x) => tf.avgPool(images(x), 2, 3, "same"), [values([1, 7, 6, 1], 1)]);
  });

  test("average pooling in three dimensions with padding", () => {
    expectDifferences(
      (x) => tf.avgPool3d(tf.reshape<tf.Rank.R5>(x, [2, 3, 5, 4, 2]), 3, 2, "same"),
      [values([2, 3, 5, 4, 2], 1)],
    );
  });

  test("nearest-neighbour resizing of several images", () => {
    expectDifferences((x) => tf.image.resizeNearestNeighbor(images(x), [6, 9]), [values([3, 3, 3, 2], 1)]);
  });

  test("strided conv2d", () => {
    const inputs = [values([2, 7, 6, 2], 1), values([3, 3, 2, 3], 2)];
    expectDifferences(
      (x, k) => backend.ops.conv2d(images(x), images(k), null, [2, 1], "same", [1, 1]),
      inputs,
    );
  });
});
