import { beforeAll, expect, test } from "vitest";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import type { Batch, LossName } from "../../../runtime/types.js";
import { chain, dense, initialStore, labels, network } from "./helpers.js";

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});

/** The loss of two rows through one output unit. */
function lossOf(name: LossName, target: Batch["targets"][number]): number {
  const net = network(chain([2], ["Dense", { units: 1, use_bias: false }]));
  const executor = createExecutor(net, initialStore(net), backend, { seed: 1, losses: [{ name }] });
  try {
    return executor.evaluate({ inputs: [dense([2, 2], 0.3, -1, -2, 0.7)], targets: [target], size: 2 }).loss;
  } finally {
    executor.dispose();
  }
}

test.each([
  [
    "binary-cross-entropy",
    dense([2, 1], 1, 2),
    /a target is 2, binary-cross-entropy takes numbers from 0 to 1/,
  ],
  ["binary-cross-entropy", dense([2, 1], -1, 1), /a target is -1/],
  ["kl-divergence", dense([2, 1], 0.5, NaN), /a target is NaN/],
  ["hinge", dense([2, 1], 3, 1), /from -1 to 1/],
  ["binary-cross-entropy", labels(3, 0, 2), /label 2/],
] as const)("%s refuses a target out of its range", (name, target, message) => {
  expect(() => lossOf(name, target)).toThrow(message);
});

test.each([
  ["binary-cross-entropy", dense([2, 1], 0.25, 1)],
  ["mean-squared-error", dense([2, 1], -7, 1e4)],
  ["huber", dense([2, 1], -7, 1e4)],
] as const)("%s takes any target that it is made for", (name, target) => {
  expect(lossOf(name, target)).toBeGreaterThan(0);
});

test("sides of a hinge may be written −1 and 1, 0 and 1, or as classes", () => {
  const wanted = lossOf("hinge", dense([2, 1], -1, 1));
  expect(lossOf("hinge", dense([2, 1], 0, 1))).toBe(wanted);
  expect(lossOf("hinge", labels(2, 0, 1))).toBe(wanted);
});
