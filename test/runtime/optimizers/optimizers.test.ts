import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { clipNorm, clipValue, globalNorm } from "../../../runtime/optimizers/clip.js";
import { optimizerNamed } from "../../../runtime/optimizers/registry.js";
import type { OptimizerName } from "../../../core/ir/optimizers.js";
import { randomStream } from "../../../core/random.js";

beforeAll(() => tf.setBackend("cpu"));

const size = 12;
const start = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1));
const gradientAt = (step: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => randomStream(1, "gradient", step).normal(i));

/** Ten updates of ours. */
function ours(
  name: OptimizerName,
  args: Readonly<Record<string, number>>,
  rate: (step: number) => number = () => 0.05,
  updates = 10,
): { readonly w: Float32Array; readonly slots: Record<string, Float32Array> } {
  const optimizer = optimizerNamed(name);
  const given = new Map(Object.entries(args));
  const w = start.slice();
  const slots = Object.fromEntries(optimizer.slots(given).map((slot) => [slot, new Float32Array(size)]));
  for (let step = 1; step <= updates; step++) {
    optimizer.update(w, gradientAt(step), slots, { rate: rate(step), step, args: given });
  }
  return { w, slots };
}

/** The same ten updates by TensorFlow.js. */
function theirs(optimizer: tf.Optimizer): Float32Array {
  const variable = tf.variable(tf.tensor1d(start), true);
  for (let step = 1; step <= 10; step++) {
    const gradient = tf.tensor1d(gradientAt(step));
    optimizer.applyGradients([{ name: variable.name, tensor: gradient }]);
    gradient.dispose();
  }
  const values = Float32Array.from(variable.dataSync());
  variable.dispose();
  optimizer.dispose();
  return values;
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 2e-6): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) {
    expect(Math.abs((a[i] ?? NaN) - (b[i] ?? NaN))).toBeLessThan(tolerance * (1 + Math.abs(b[i] ?? NaN)));
  }
}

describe("updates equal those of tf.train", () => {
  it.each<[string, OptimizerName, Record<string, number>, () => tf.Optimizer]>([
    ["sgd", "sgd", {}, () => tf.train.sgd(0.05)],
    ["momentum", "sgd", { momentum: 0.9 }, () => tf.train.momentum(0.05, 0.9)],
    ["nesterov", "sgd", { momentum: 0.9, nesterov: 1 }, () => tf.train.momentum(0.05, 0.9, true)],
    ["adam", "adam", {}, () => tf.train.adam(0.05)],
    [
      "adam, other betas",
      "adam",
      { beta1: 0.8, beta2: 0.99, epsilon: 1e-3 },
      () => tf.train.adam(0.05, 0.8, 0.99, 1e-3),
    ],
    ["rmsprop", "rmsprop", {}, () => tf.train.rmsprop(0.05, 0.9)],
    ["rmsprop, momentum", "rmsprop", { momentum: 0.5, rho: 0.8 }, () => tf.train.rmsprop(0.05, 0.8, 0.5)],
  ])("%s", (_, name, args, make) => {
    expectClose(ours(name, args).w, theirs(make()), 2e-5);
  });
});

// `tf.train.rmsprop` subtracts ε under the root when centered, and so gives NaN for small gradients: not an oracle.
it("centered rmsprop divides by the standard deviation", () => {
  const { w } = ours("rmsprop", { centered: 1, rho: 0.8, epsilon: 1e-3 });
  const expected = [...start];
  for (let i = 0; i < size; i++) {
    let [square, mean] = [0, 0];
    for (let step = 1; step <= 10; step++) {
      const g = gradientAt(step)[i] ?? NaN;
      square = 0.8 * square + 0.2 * g * g;
      mean = 0.8 * mean + 0.2 * g;
      expected[i] = (expected[i] ?? NaN) - (0.05 * g) / Math.sqrt(square - mean ** 2 + 1e-3);
    }
  }
  expectClose(w, expected, 2e-5);
});

describe("weight decay", () => {
  const gradient = gradientAt(1);
  const first = (i: number): number => gradient[i] ?? 0;
  it("joins the gradient in sgd", () => {
    const { w } = ours("sgd", { "weight-decay": 0.1 }, () => 0.5, 1);
    expectClose(
      w,
      start.map((v, i) => v - 0.5 * (first(i) + 0.1 * v)),
    );
  });
  it("joins the gradient in adam, whose first step is then rate · sign", () => {
    const { w } = ours("adam", { "weight-decay": 10 }, () => 0.5, 1);
    expectClose(
      w,
      start.map((v, i) => v - 0.5 * Math.sign(first(i) + 10 * v)),
      1e-5,
    );
  });
  it("stands beside the step in adamw", () => {
    const { w } = ours("adamw", { "weight-decay": 0.1 }, () => 0.5, 1);
    expectClose(
      w,
      start.map((v, i) => v - 0.5 * 0.1 * v - 0.5 * Math.sign(first(i))),
      1e-5,
    );
  });
  it("of adamw defaults to 0.01", () => {
    expect(ours("adamw", {}).w).toEqual(ours("adamw", { "weight-decay": 0.01 }).w);
  });
});

describe("rates", () => {
  it("act at once: the velocity of sgd knows no rate", () => {
    const steady = ours("sgd", { momentum: 0.9 });
    const moved = ours("sgd", { momentum: 0.9 }, (step) => 1 / step);
    expectClose(steady.slots["momentum"] ?? [], moved.slots["momentum"] ?? [], 1e-7);
  });
  it("zero changes nothing but the state", () => {
    for (const name of ["sgd", "adam", "adamw", "rmsprop"] as const) {
      expect(ours(name, {}, () => 0).w).toEqual(start);
    }
  });
});

describe("a dead weight", () => {
  it.each(["sgd", "adam", "adamw", "rmsprop"] as const)("stays 0 under %s when its gradient is 0", (name) => {
    const w = new Float32Array(3);
    const args = new Map([
      ["momentum", 0.9],
      ["weight-decay", 0.1],
      ["centered", 1],
    ]);
    const optimizer = optimizerNamed(name);
    const slots = Object.fromEntries(optimizer.slots(args).map((slot) => [slot, new Float32Array(3)]));
    for (let step = 1; step < 50; step++)
      optimizer.update(w, new Float32Array(3), slots, { rate: 0.1, step, args });
    expect([...w, ...Object.values(slots).flatMap((slot) => [...slot])].every((v) => v === 0)).toBe(true);
  });
});

describe("clipping", () => {
  it("by norm scales all gradients by one factor, and only when they are too long", () => {
    const gradients = [Float32Array.of(3, 0), Float32Array.of(0, 4)];
    expect(clipNorm(gradients, 10)).toBe(5);
    expect(gradients).toEqual([Float32Array.of(3, 0), Float32Array.of(0, 4)]);
    expect(clipNorm(gradients, 1)).toBe(5);
    expect(globalNorm(gradients)).toBeCloseTo(1, 6);
    expect(gradients[0]?.[0]).toBeCloseTo(0.6, 6);
  });
  it("leaves a gradient that is not a number for the session to refuse", () => {
    const gradients = [Float32Array.of(NaN, 1)];
    expect(clipNorm(gradients, 1)).toBeNaN();
    expect(gradients[0]?.[1]).toBe(1);
  });
  it("by value cuts elements on both sides", () => {
    const gradient = Float32Array.of(-7, -0.5, 0, 0.5, 7);
    clipValue([gradient], 1);
    expect([...gradient]).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
});
