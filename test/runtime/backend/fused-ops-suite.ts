import { beforeAll, describe, expect, test } from "vitest";
import {
  openBackend,
  tf,
  type Backend,
  type BackendOptions,
  type Pair,
  type Padding,
} from "../../../runtime/backend/index.js";
import { expectAsOnCpu, values, type Given } from "./oracle.js";

const t1 = (t: tf.Tensor | undefined): tf.Tensor1D => tf.reshape<tf.Rank.R1>(t ?? 0, [-1]);
const t2 = (t: tf.Tensor | undefined): tf.Tensor2D => tf.reshape<tf.Rank.R2>(t ?? 0, [t?.shape[0] ?? 1, -1]);
const t4 = (t: tf.Tensor | undefined): tf.Tensor4D => {
  const [a = 1, b = 1, c = 1, d = 1] = t?.shape ?? [];
  return tf.reshape<tf.Rank.R4>(t ?? 0, [a, b, c, d]);
};

/** Every fused op of a backend, values and gradients, against the plain cpu kernels. */
export function fusedOpsSuite(options: BackendOptions): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend(options);
  });
  const check = (
    what: string,
    compute: Parameters<typeof expectAsOnCpu>[2],
    inputs: readonly Given[],
    tolerance?: number,
  ) => expectAsOnCpu(backend, what, compute, inputs, tolerance);

  describe("convolutions", () => {
    const cases: readonly [string, number[], number[], Pair, Padding, Pair][] = [
      ["same", [3, 7, 6, 3], [3, 3, 3, 5], [1, 1], "same", [1, 1]],
      ["valid", [2, 9, 8, 2], [5, 3, 2, 4], [1, 1], "valid", [1, 1]],
      ["even kernel", [2, 6, 7, 2], [2, 4, 2, 3], [1, 1], "same", [1, 1]],
      ["stride 2 same", [3, 8, 8, 3], [3, 3, 3, 4], [2, 2], "same", [1, 1]],
      ["stride 2 odd", [2, 9, 7, 3], [3, 3, 3, 4], [2, 2], "same", [1, 1]],
      ["stride 2 valid, rows left over", [2, 8, 10, 3], [3, 3, 3, 4], [2, 2], "valid", [1, 1]],
      ["stride 3", [2, 10, 11, 2], [3, 3, 2, 3], [3, 3], "valid", [1, 1]],
      ["stride beyond the kernel", [2, 9, 9, 2], [2, 2, 2, 3], [3, 3], "valid", [1, 1]],
      ["strides 2 and 1", [2, 9, 8, 3], [3, 3, 3, 4], [2, 1], "same", [1, 1]],
      ["strides 1 and 3", [2, 7, 10, 3], [3, 5, 3, 4], [1, 3], "valid", [1, 1]],
      ["1×1", [3, 5, 5, 4], [1, 1, 4, 6], [1, 1], "same", [1, 1]],
      ["1×1 stride 2", [3, 8, 8, 4], [1, 1, 4, 6], [2, 2], "same", [1, 1]],
      ["1×1 stride 2 odd", [2, 7, 9, 4], [1, 1, 4, 6], [2, 2], "valid", [1, 1]],
      ["one channel in", [2, 12, 12, 1], [5, 5, 1, 6], [1, 1], "same", [1, 1]],
      ["one image", [1, 6, 6, 3], [3, 3, 3, 2], [1, 1], "same", [1, 1]],
      ["1×7", [2, 1, 12, 3], [1, 7, 3, 4], [1, 2], "same", [1, 1]],
      ["dilated", [2, 9, 8, 3], [3, 3, 3, 4], [1, 1], "same", [2, 2]],
      ["dilated 3 and 1", [2, 11, 8, 3], [3, 3, 3, 4], [1, 1], "valid", [3, 1]],
    ];
    for (const [name, x, kernel, strides, pad, dilations] of cases) {
      test(`conv2d ${name}`, async () => {
        const inputs = [values(x, 1), values(kernel, 2), values([kernel[3] ?? 1], 3)];
        await check(
          name,
          (ops, [a, k, b]) => [ops.conv2d(t4(a), t4(k), t1(b), strides, pad, dilations)],
          inputs,
        );
        await check(
          name,
          (ops, [a, k]) => [ops.conv2d(t4(a), t4(k), null, strides, pad, dilations)],
          inputs.slice(0, 2),
        );
      });
    }
    const depthwise: readonly [string, number[], number[], Pair, Padding, Pair][] = [
      ["same", [3, 7, 6, 3], [3, 3, 3, 1], [1, 1], "same", [1, 1]],
      ["multiplier 2", [2, 7, 6, 3], [3, 3, 3, 2], [1, 1], "valid", [1, 1]],
      ["stride 2", [2, 8, 9, 4], [3, 3, 4, 1], [2, 2], "same", [1, 1]],
      ["stride 2, multiplier 2, rows left over", [2, 8, 10, 2], [3, 3, 2, 2], [2, 2], "valid", [1, 1]],
      ["dilated", [2, 9, 9, 3], [3, 3, 3, 1], [1, 1], "same", [2, 2]],
    ];
    for (const [name, x, kernel, strides, pad, dilations] of depthwise) {
      test(`depthwise ${name}`, async () => {
        const inputs = [values(x, 1), values(kernel, 2), values([(kernel[2] ?? 1) * (kernel[3] ?? 1)], 3)];
        await check(
          name,
          (ops, [a, k, b]) => [ops.depthwiseConv2d(t4(a), t4(k), t1(b), strides, pad, dilations)],
          inputs,
        );
      });
    }
  });

  describe("batch normalization", () => {
    const shapes: readonly number[][] = [
      [9, 4],
      [130, 3],
      [4, 5, 3],
      [3, 6, 5, 7],
      [2, 3, 4, 2, 5],
      [64, 8, 8, 1],
      [97, 1, 1, 2],
    ];
    for (const shape of shapes) {
      const c = shape.at(-1) ?? 1;
      const x = values(shape, 4, -2, 5);
      const gamma = values([c], 5, 0.5, 1.5);
      const beta = values([c], 6);
      test(`training [${shape.join(", ")}]`, async () => {
        const train = (g: boolean, b: boolean) => {
          const inputs = [x, ...(g ? [gamma] : []), ...(b ? [beta] : [])];
          return check(
            `scale ${g}, centre ${b}`,
            (ops, [a, ...rest]) => {
              const scale = g ? t1(rest.shift()) : null;
              const { y, mean, variance } = ops.batchNormTrain(
                tf.clone(a ?? 0),
                scale,
                b ? t1(rest.shift()) : null,
                1e-3,
              );
              return [y, mean, variance];
            },
            inputs,
            5e-5,
          );
        };
        await train(true, true);
        await train(true, false);
        await train(false, true);
        await train(false, false);
      });
      test(`inference [${shape.join(", ")}]`, async () => {
        const mean = values([c], 7);
        const variance = values([c], 8, 0.5, 2);
        const constant = (g: Given): tf.Tensor1D => tf.tensor1d(g.data.slice());
        await check(
          "with scale and centre",
          (ops, [a, g, b]) => [
            ops.batchNormInference(tf.clone(a ?? 0), constant(mean), constant(variance), t1(g), t1(b), 1e-3),
          ],
          [x, gamma, beta],
        );
        await check(
          "bare",
          (ops, [a]) => [
            ops.batchNormInference(tf.clone(a ?? 0), constant(mean), constant(variance), null, null, 1e-3),
          ],
          [x],
        );
      });
    }
    test("of large, nearly constant values", async () => {
      const x = values([64, 4, 4, 3], 11, 1000, 1001);
      await check("offset 1000", (ops, [a]) => [ops.batchNormTrain(t4(a), null, null, 1e-3).y], [x], 2e-3);
    });
  });

  describe("activations, pooling, dense", () => {
    for (const shape of [[7], [3, 5], [2, 3, 4, 5], [2, 2, 3, 2, 4]]) {
      test(`relu and relu6 [${shape.join(", ")}]`, async () => {
        const x = values(shape, 9, -8, 10);
        await check("relu", (ops, [a]) => [ops.relu(tf.clone(a ?? 0))], [x]);
        await check("relu6", (ops, [a]) => [ops.relu6(tf.clone(a ?? 0))], [x]);
      });
    }
    for (const shape of [
      [3, 6, 4],
      [2, 5, 7, 3],
      [2, 3, 4, 2, 3],
      [2, 4, 4, 1],
    ]) {
      test(`global average pool [${shape.join(", ")}]`, () =>
        check("pool", (ops, [a]) => [ops.globalAveragePool(tf.clone(a ?? 0))], [values(shape, 10)]));
    }
    for (const shape of [
      [5, 6],
      [100, 6],
      [2, 3, 6],
      [2, 3, 4, 6],
    ]) {
      test(`dense and biasAdd [${shape.join(", ")}]`, async () => {
        const inputs = [values(shape, 11), values([6, 4], 12), values([4], 13)];
        await check("bias", (ops, [a, k, b]) => [ops.dense(tf.clone(a ?? 0), t2(k), t1(b))], inputs);
        await check(
          "no bias",
          (ops, [a, k]) => [ops.dense(tf.clone(a ?? 0), t2(k), null)],
          inputs.slice(0, 2),
        );
        await check("biasAdd", (ops, [a, b]) => [ops.biasAdd(tf.clone(a ?? 0), t1(b))], [
          values(shape, 14),
          values([6], 15),
        ]);
      });
    }
  });

  describe("losses", () => {
    for (const [n, classes] of [
      [1, 2],
      [5, 10],
      [33, 7],
    ] as const) {
      test(`cross-entropy ${n}×${classes}`, async () => {
        const logits = values([n, classes], 16, -9, 9);
        const labels = Int32Array.from({ length: n }, (_, i) => (i * 5) % classes);
        await check(
          "sparse",
          (ops, [a]) => [ops.softmaxCrossEntropySparse(t2(a), tf.tensor1d(labels.slice(), "int32"))],
          [logits],
        );
        const raw = values([n, classes], 17, 0, 1);
        const targets = (): tf.Tensor2D => {
          const t = tf.tensor2d(raw.data.slice(), [n, classes]);
          return tf.div(t, tf.sum(t, 1, true));
        };
        await check("dense", (ops, [a]) => [ops.softmaxCrossEntropy(t2(a), targets())], [logits]);
        const unnormalised = (): tf.Tensor2D => tf.tensor2d(raw.data.slice(), [n, classes]);
        await check("weighted", (ops, [a]) => [ops.softmaxCrossEntropy(t2(a), unnormalised())], [logits]);
      });
    }
    test("does not overflow", () => {
      const loss = tf.tidy(
        () =>
          backend.ops
            .softmaxCrossEntropySparse(
              tf.tensor2d([
                [1000, 0],
                [0, 1000],
              ]),
              tf.tensor1d([0, 0], "int32"),
            )
            .dataSync()[0],
      );
      expect(loss).toBeCloseTo(500, 3);
    });
  });

  test("ops see what was assigned", () => {
    const kernel = tf.variable(tf.ones([1, 1, 2, 2]));
    const matrix = tf.variable(tf.ones([2, 2]));
    const pixel = tf.ones<tf.Rank.R4>([1, 1, 1, 2]);
    const depthwise = () => tf.reshape<tf.Rank.R4>(matrix, [1, 1, 2, 2]);
    const use = () =>
      tf.tidy(() => [
        ...backend.read(backend.ops.conv2d(pixel, t4(kernel), null, [1, 1], "same", [1, 1])),
        ...backend.read(backend.ops.depthwiseConv2d(pixel, depthwise(), null, [1, 1], "same", [1, 1])),
        ...backend.read(backend.ops.dense(tf.ones([1, 2]), t2(matrix), null)),
      ]);
    expect(use()).toEqual([2, 2, 1, 1, 1, 1, 2, 2]);
    backend.assign(kernel, Float32Array.of(1, 2, 3, 4));
    backend.assign(matrix, Float32Array.of(5, 6, 7, 8));
    expect(use()).toEqual([4, 6, 5, 6, 7, 8, 12, 14]);
    tf.dispose([kernel, matrix, pixel]);
  });

  test("products of batches of matrices", async () => {
    for (const [a, b, ta, tb] of [
      [[3, 2, 4], [3, 4, 5], false, false],
      [[3, 4, 2], [3, 4, 5], true, false],
      [[3, 2, 4], [3, 5, 4], false, true],
      [[2, 2, 4, 3], [2, 2, 5, 4], true, true],
    ] as const) {
      const inputs = [values(a, 1), values(b, 2)];
      await check(`${a} times ${b}`, (_, [x, y]) => [tf.matMul(x ?? 0, y ?? 0, ta, tb)], inputs);
    }
  });

  test("assign copies, read outlives the tensor", () => {
    const data = Float32Array.of(1, 2, 3);
    const variable = tf.variable(tf.zeros([3]));
    backend.assign(variable, data);
    data[0] = 7;
    const before = tf.memory().numTensors;
    const read = tf.tidy(() => backend.read(tf.mul(variable, 2)));
    expect([...read]).toEqual([2, 4, 6]);
    const own = backend.read(variable);
    backend.assign(variable, Float32Array.of(4, 5, 6));
    expect([...own]).toEqual([1, 2, 3]);
    expect([...backend.read(variable)]).toEqual([4, 5, 6]);
    expect(tf.memory().numTensors).toBe(before);
    variable.dispose();
  });
}
