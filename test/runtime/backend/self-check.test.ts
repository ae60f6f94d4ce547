import { afterEach, describe, expect, test } from "vitest";
import { selfCheck } from "../../../runtime/backend/check/self-check.js";
import { probes } from "../../../runtime/backend/check/probes.js";
import { openBackend, tf } from "../../../runtime/backend/index.js";

const replaced = new Map<string, tf.KernelConfig>();

/** Puts another kernel in the place of the wasm one until the test ends. */
function replaceKernel(kernelName: string, change: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const config = tf.getKernel(kernelName, "wasm");
  if (config === undefined) throw new Error(`no kernel ${kernelName}`);
  replaced.set(kernelName, config);
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({ ...config, kernelFunc: change(config.kernelFunc) });
}

afterEach(() => {
  for (const [name, config] of replaced) {
    tf.unregisterKernel(name, "wasm");
    tf.registerKernel(config);
  }
  replaced.clear();
});

/** The result of the kernel with its last value changed. */
const spoilt =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const result = stock(call);
    const [first] = Array.isArray(result) ? result : [result];
    const heap: unknown = tf.backend();
    if (first === undefined || typeof heap !== "object" || heap === null || !("typedArrayFromHeap" in heap)) {
      throw new Error("no result on the wasm heap");
    }
    if (typeof heap.typedArrayFromHeap !== "function") throw new Error("not the wasm backend");
    const values: unknown = heap.typedArrayFromHeap(first);
    if (values instanceof Float32Array) values[values.length - 1] = 1000;
    return result;
  };

describe("the self-check", () => {
  for (const name of ["wasm", "cpu"] as const) {
    test(`finds nothing wrong on ${name}`, async () => {
      const backend = await openBackend({ backend: name });
      expect(backend.checks.filter((c) => !c.ok)).toEqual([]);
      expect(backend.checks.length).toBe(probes.length);
      expect(backend.refusals).toEqual([]);
    });
  }

  test("has a known result for every probe", () => {
    expect(probes.filter((p) => p.expected.length === 0).map((p) => p.kernel)).toEqual([]);
  });

  for (const [kernel, className] of [
    ["Conv2DBackpropFilter", "Conv2D"],
    ["Conv2DBackpropInput", "Conv2D"],
    ["DepthwiseConv2dNativeBackpropFilter", "DepthwiseConv2D"],
    ["DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2D"],
    ["MaxPoolGrad", "MaxPooling2D"],
    ["AvgPoolGrad", "AveragePooling2D"],
    ["EspalierBatchNormGrad", "BatchNormalization"],
    ["EspalierReluGrad", "ReLU"],
    ["UnsortedSegmentSum", "Embedding"],
    ["Conv3DBackpropFilterV2", "Conv3D"],
    ["MaxPool3DGrad", "MaxPooling3D"],
  ] as const) {
    test(`refuses ${className} when ${kernel} is broken`, async () => {
      const backend = await openBackend({ backend: "wasm" });
      replaceKernel(kernel, spoilt);
      const { refusals } = await selfCheck(backend.ops);
      expect(refusals.flatMap((r) => r.classNames)).toContain(className);
      expect(refusals[0]?.reason).toContain("self-check");
    });
  }

  test("refuses what is missing", async () => {
    const backend = await openBackend({ backend: "wasm" });
    replaceKernel("UnsortedSegmentSum", () => () => {
      throw new Error("there is no such kernel");
    });
    const before = tf.memory().numTensors;
    const { refusals } = await selfCheck(backend.ops);
    expect(refusals).toEqual([
      {
        classNames: ["Embedding"],
        pass: "training",
        reason: "the kernel UnsortedSegmentSum failed its self-check: there is no such kernel",
      },
    ]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
