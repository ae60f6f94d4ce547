import { beforeAll, describe, expect, it } from "vitest";
import { localKernels } from "../../../core/gates/reads.js";
import { readNetwork } from "../../../core/network/read.js";
import { openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { execute, makePlan } from "../../../runtime/executor/plan.js";
import { makeVariables } from "../../../runtime/executor/variables.js";
import type { DrawnGates } from "../../../runtime/types.js";
import { backends } from "../../helpers/backends.js";
import { layerCases, layerModel } from "../../helpers/layer-cases.js";
import { randomStore, seeded } from "../../helpers/stock.js";
import { chain, initialStore, network, parameter } from "./helpers.js";

/** What gates draw inside of a pass: factors of the inputs of layers, and noise in their sums. */

let backend: Backend;

const drawn = (more: Partial<DrawnGates>): DrawnGates => ({
  keys: new Set(),
  bare: new Set(),
  shown: (_, data) => data,
  reads: new Map(),
  variances: new Map(),
  attended: new Map(),
  ...more,
});

/** One output a row from three inputs, whose mean square is the loss. */
function sums(rows: number) {
  const net = network(chain([3], ["Dense", { units: 1, use_bias: false }]));
  const store = initialStore(net);
  const executor = createExecutor(net, store, backend, { seed: 4, losses: [{ name: "mean-squared-error" }] });
  const x = Float32Array.from({ length: 3 * rows }, (_, i) => [1, -2, 0.5][i % 3] ?? 0);
  const batch = {
    inputs: [{ kind: "dense", data: x, shape: [rows, 3] }],
    targets: [{ kind: "dense", data: new Float32Array(rows), shape: [rows, 1] }],
    size: rows,
  } as const;
  const kernel = parameter(store, "l0/kernel").data;
  return {
    net,
    executor,
    kernel,
    step: (n: number, more: Partial<DrawnGates>) => executor.trainStep(batch, n, [], undefined, drawn(more)),
  };
}

describe.each(backends("cpu", "wasm"))("on %s", (name) => {
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  describe("noise in the sums of a layer", () => {
    it("has the variance of noise on its weights, drawn for every example by itself", () => {
      const { executor, kernel, step } = sums(2000);
      kernel.fill(0);
      executor.upload();
      const variances = new Map([["l0/kernel", Float32Array.of(1, 0.5, 4)]]);
      const { loss, ofDraws } = step(1, { variances });
      // Σ x²σ² = 1 + 2 + 1; ∂/∂σ² is x².
      expect(Math.abs(loss - 4)).toBeLessThan(0.4);
      const slopes = ofDraws?.variances.get("l0/kernel") ?? new Float32Array(0);
      [1, 4, 0.25].forEach((slope, i) => expect(Math.abs((slopes[i] ?? NaN) / slope - 1)).toBeLessThan(0.1));
      expect(step(1, { variances }).loss).toBe(loss);
      expect(step(2, { variances }).loss).not.toBe(loss);
    });

    it("is nothing where the variances are", () => {
      const { step } = sums(5);
      expect(step(1, { variances: new Map([["l0/kernel", new Float32Array(3)]]) }).loss).toBe(
        step(1, {}).loss,
      );
    });

    const local = layerCases.filter((item) => {
      const { network: net } = readNetwork(layerModel(item));
      return net !== null && [...localKernels(net)].some((key) => key.startsWith("subject/"));
    });
    it("is asked of layers of each class that is linear in its kernel", () => {
      expect(new Set(local.map(([className]) => className))).toEqual(
        new Set([
          "Conv1D",
          "Conv1DTranspose",
          "Conv2D",
          "Conv2DTranspose",
          "Conv3D",
          "Conv3DTranspose",
          "Dense",
          "DepthwiseConv1D",
          "DepthwiseConv2D",
          "TimeDistributed",
        ]),
      );
    });
    it.each(local.map((item) => [item[0], item] as const))("%s draws it", (_, item) => {
      const { network: net } = readNetwork(layerModel(item));
      if (net === null) throw new Error("no network");
      const store = randomStore(net, seeded(3));
      const outputs = (variance: number): number[] => {
        const variables = makeVariables(store, backend);
        const y = tf.tidy(() => {
          const random = seeded(5);
          const inputs = net.inputs.map((t) => {
            const shape = [2, ...(net.tensors[t]?.shape ?? []).slice(1).map((n) => n ?? 1)];
            return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random), shape);
          });
          const variances = new Map(
            [...localKernels(net)].map((key) => [key, tf.fill([...(store.get(key)?.shape ?? [])], variance)]),
          );
          const pass = { mode: "training" as const, seed: 3, step: 1, updates: [], variances };
          const [first] = execute(net, makePlan(net, backend, variables), inputs, {
            pass,
            taped: false,
            logits: new Set(),
          });
          return [...(first?.dataSync() ?? [])];
        });
        variables.dispose();
        return y;
      };
      expect(outputs(0)).not.toEqual(outputs(0.3));
    });
  });

  it("what a layer reads is multiplied example by example", () => {
    const { executor, kernel, step } = sums(2);
    kernel.set([1, 1, 1]);
    executor.upload();
    // Rows (1, −2, 0.5) and the same: sums of 2 − 2 + 0.5 and 1 − 0 + 0.
    const { loss, ofDraws } = step(1, { reads: new Map([[0, Float32Array.of(2, 1, 1, 1, 0, 0)]]) });
    expect(loss).toBeCloseTo((0.25 + 1) / 2, 6);
    // ∂/∂z is x·y, of a mean over two.
    const expected = [0.5, -1, 0.25, 1, -2, 0.5];
    expected.forEach((slope, i) => expect(ofDraws?.reads.get(0)?.[i]).toBeCloseTo(slope, 5));
  });
});
