import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, it } from "vitest";
import { openCpu } from "../../../runtime/backend/cpu/open.js";
import { mendAveragePooling } from "../../../runtime/backend/gpu/average-pooling.js";
import { tf } from "../../../runtime/backend/index.js";

/** Kernels of a package that divide by the whole window stand for a GPU's: those of the cpu package, before ours are put over them. */
const gpu = "a GPU";
beforeAll(async () => {
  // Without the advice that the package prints.
  tf.env().set("PROD", true);
  tf.registerBackend(gpu, () => new MathBackendCPU());
  tf.copyRegisteredKernels("cpu", gpu);
  await openCpu();
});

const ramp = (shape: readonly number[], shift: number): tf.Tensor =>
  tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (((i + shift) * 7) % 23) / 4 - 3),
    [...shape],
  );

/** The gradient of what a pooling gives, weighted. */
async function gradient(
  backend: string,
  shape: readonly number[],
  size: number,
  stride: number,
  pad: "same" | "valid",
): Promise<number[]> {
  await tf.setBackend(backend);
  const pool = (x: tf.Tensor): tf.Tensor =>
    shape.length === 5
      ? tf.avgPool3d(x as tf.Tensor5D, size, stride, pad)
      : tf.avgPool(x as tf.Tensor4D, size, stride, pad);
  const found = tf.tidy(() =>
    tf.grad((x) => {
      const y = pool(x);
      return tf.sum(tf.mul(y, ramp(y.shape, 3)));
    })(ramp(shape, 0)),
  );
  const values = Array.from(found.dataSync());
  found.dispose();
  return values;
}

describe("the gradient of average pooling on a GPU", () => {
  const cases: readonly (readonly [readonly number[], number, number, "same" | "valid"])[] = [
    [[2, 5, 4, 3], 3, 2, "same"],
    [[1, 4, 7, 2], 2, 3, "same"],
    [[1, 6, 6, 1], 3, 1, "same"],
    [[2, 5, 5, 2], 2, 2, "valid"],
    [[1, 3, 4, 5, 2], 3, 2, "same"],
  ];
  it("is wrong where windows lie outside in part, as the package has it", async () => {
    const [shape, size, stride, pad] = cases[0] ?? [[], 1, 1, "same"];
    expect(await gradient(gpu, shape, size, stride, pad)).not.toEqual(
      await gradient("cpu", shape, size, stride, pad),
    );
  });
  it("is right with ours, and leaves no tensors", async () => {
    mendAveragePooling(gpu);
    mendAveragePooling(gpu);
    for (const [shape, size, stride, pad] of cases) {
      const before = tf.memory().numTensors;
      const right = await gradient("cpu", shape, size, stride, pad);
      const found = await gradient(gpu, shape, size, stride, pad);
      expect(found.length).toBe(right.length);
      for (const [i, value] of right.entries()) expect(found[i]).toBeCloseTo(value, 5);
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
