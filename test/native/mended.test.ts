import { describe, expect, test } from "vitest";
import { openBackend } from "../../runtime/backend/index.js";
import {
  awkward,
  deadly,
  runProgram,
  trialOf,
  trialProgram,
  type Trial,
} from "../../runtime/backend/node/trial.js";
import type { NativeHost } from "../../runtime/backend/node/verdict.js";
import { mendedSuite } from "../runtime/backend/mended-suite.js";

// TensorFlow switches oneDNN on by itself on processors with instructions for neural networks only; the faults are on others too.
const withOneDnn = { TF_ENABLE_ONEDNN_OPTS: "1" };
Object.assign(process.env, withOneDnn);

/** Lets the library be loaded as it is: a trial that fails would switch oneDNN off. */
const trusting: NativeHost = { conditions: () => ({}), trial: () => Promise.resolve(null), cache: null };

describe("kernels of tfjs-node taken another way, with oneDNN", () =>
  mendedSuite({ backend: "node" }, 300, trusting));

describe("in a process of its own, with oneDNN", () => {
  const trial = async (shapes: typeof deadly, kernels: "espalier" | "library"): Promise<Trial | null> => {
    const told = await runProgram(trialProgram(shapes, kernels), withOneDnn);
    return told === null ? null : trialOf(told, shapes);
  };

  test("every gradient survives and is right", async () => {
    const { fault, milliseconds } = (await trial(awkward, "espalier")) ?? {};
    expect(fault).toBeNull();
    expect(milliseconds?.convolution).toBeGreaterThan(0);
  });

  test("TensorFlow 2.21 dies of its own kernels, or they are wrong", async () => {
    const { description } = await openBackend({ backend: "node" }, trusting);
    if (process.arch !== "x64" || !description.includes("2.21")) return;
    expect((await trial(deadly, "library"))?.fault).toMatch(/^conv2d 1×1, stride 2/);
  });
});
