import { beforeAll, describe, expect, it } from "vitest";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import type { Batch, Dense, Lesson, Loss } from "../../../runtime/types.js";
import { chain, dense, initialStore, labels, network, parameter } from "./helpers.js";
import { backends } from "../../helpers/backends.js";

/** What a phase learns from a teacher: values worked out by hand, and gradients against differences of the loss. */

const inputs = [dense([3, 4], 1, -0.5, 0.3, 2, -1, 0.2, 0.7, -0.4, 0.6, 1.1, -0.9, 0.1)];
const teacherSays = dense([3, 3], 2, -1, 0.5, 0, 3, -2, 1, 1, -4);
const classes = labels(3, 0, 2, 1);
const bits = dense([3, 3], 1, 0, 0, 1, 0, 1, 0, 1, 1);
const amounts = dense([3, 3], 0.5, 1, -1, 2, 0, 0.3, -0.2, 1, 1);

interface Case {
  readonly of: string;
  readonly activation: string;
  readonly loss: Loss["name"];
  readonly target: Batch["targets"][number];
  /** What makes of each row or number a distribution; null: they are amounts. */
  readonly by: "softmax" | "sigmoid" | null;
}

const cases: readonly Case[] = [
  { of: "soft-max", activation: "softmax", loss: "cross-entropy", target: classes, by: "softmax" },
  { of: "logits of classes", activation: "linear", loss: "cross-entropy", target: classes, by: "softmax" },
  {
    of: "shares that the loss reads",
    activation: "softmax",
    loss: "mean-squared-error",
    target: bits,
    by: "softmax",
  },
  { of: "sigmoids", activation: "sigmoid", loss: "binary-cross-entropy", target: bits, by: "sigmoid" },
  {
    of: "sigmoids that the loss reads",
    activation: "sigmoid",
    loss: "mean-squared-error",
    target: bits,
    by: "sigmoid",
  },
  { of: "amounts", activation: "linear", loss: "mean-squared-error", target: amounts, by: null },
];

const topology = (activation: string) =>
  network(chain([4], ["Dense", { units: 5, activation: "tanh" }], ["Dense", { units: 3, activation }]));

const temperature = 2.5;
const rows = (data: Float32Array): number[][] => [0, 3, 6].map((from) => [...data.subarray(from, from + 3)]);
const softMax = (z: readonly number[]): number[] => {
  const e = z.map((one) => Math.exp(one / temperature));
  return e.map((one) => one / e.reduce((a, b) => a + b));
};
const bothSides = (z: number): number[] => {
  const p = 1 / (1 + Math.exp(-z / temperature));
  return [p, 1 - p];
};
const divergence = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, one, i) => sum + one * Math.log(one / (q[i] ?? NaN)), 0);
const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length;

/** The distance by its definition, rows counted as they are weighed. */
function byHand(by: Case["by"], teacher: Dense, student: Dense, weights = [1, 1, 1]): number {
  const square = temperature * temperature;
  const perRow = rows(teacher.data).map((t, row) => {
    const s = rows(student.data)[row] ?? [];
    const weight = weights[row] ?? NaN;
    if (by === "softmax") return weight * square * divergence(softMax(t), softMax(s));
    const each = t.map((one, i) => {
      const other = s[i] ?? NaN;
      return by === null ? (one - other) ** 2 : square * divergence(bothSides(one), bothSides(other));
    });
    return weight * mean(each);
  });
  return mean(perRow);
}

describe.each(backends("cpu", "wasm"))("on %s", (name) => {
  let backend: Backend;
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  const opened = ({ activation, loss }: Case, seed = 4) => {
    const net = topology(activation);
    const store = initialStore(net, seed);
    const executor = createExecutor(net, store, backend, { seed: 1, losses: [{ name: loss }] });
    executor.upload();
    return { store, executor };
  };
  const lessonOf = (outputs: readonly Dense[]): Lesson => ({
    outputs,
    temperature,
    weight: 0.7,
    beside: 0.3,
  });

  it.each(cases)(
    "the loss of $of adds up as it is defined, and its gradients are those of the sum",
    (one) => {
      const { store, executor } = opened(one);
      const lesson = lessonOf([teacherSays]);
      const batch: Batch = { inputs, targets: [one.target], size: 3 };
      const [student] = executor.logits(inputs);
      if (student === undefined) throw new Error("no output");
      const plain = executor.trainStep(batch, 0).loss;
      const { loss, gradients } = executor.trainStep(batch, 0, [], undefined, undefined, lesson);
      expect(loss).toBeCloseTo(0.3 * plain + 0.7 * byHand(one.by, teacherSays, student), 4);
      for (const key of ["l0/kernel", "l1/kernel", "l1/bias"]) {
        const { data } = parameter(store, key);
        for (let i = 0; i < data.length; i += Math.ceil(data.length / 3)) {
          const value = data[i] ?? 0;
          const at = (move: number): number => {
            data[i] = value + move;
            executor.upload();
            const moved = executor.trainStep(batch, 0, [], undefined, undefined, lesson).loss;
            data[i] = value;
            return moved;
          };
          const slope = (at(4e-3) - at(-4e-3)) / 8e-3;
          expect(Math.abs((gradients.get(key)?.[i] ?? NaN) - slope)).toBeLessThan(
            2e-3 + 0.01 * Math.abs(slope),
          );
        }
      }
      executor.upload();
      executor.dispose();
    },
  );

  it.each(cases)("weights of examples count in both terms of the loss of $of", (one) => {
    const { executor } = opened(one);
    const weights = [0.5, 0, 2];
    const batch: Batch = { inputs, targets: [one.target], size: 3, weights: [Float32Array.from(weights)] };
    const [student] = executor.logits(inputs);
    if (student === undefined) throw new Error("no output");
    const plain = executor.trainStep(batch, 0).loss;
    const { loss } = executor.trainStep(batch, 0, [], undefined, undefined, lessonOf([teacherSays]));
    expect(loss).toBeCloseTo(0.3 * plain + 0.7 * byHand(one.by, teacherSays, student, weights), 4);
    executor.dispose();
  });

  it("a network learns nothing from itself, of whatever its outputs are", () => {
    for (const one of cases) {
      const { executor } = opened(one);
      const lesson: Lesson = { outputs: executor.logits(inputs), temperature, weight: 1, beside: 0 };
      const batch: Batch = { inputs, targets: [one.target], size: 3 };
      const { loss, gradients } = executor.trainStep(batch, 0, [], undefined, undefined, lesson);
      expect(Math.abs(loss), one.of).toBeLessThan(1e-5);
      for (const gradient of gradients.values())
        for (const slope of gradient) expect(Math.abs(slope), one.of).toBeLessThan(1e-5);
      executor.dispose();
    }
  });

  it("each of several outputs learns from its own", () => {
    const layer = (class_name: string, named: string, from: readonly string[], config: object) => ({
      class_name,
      name: named,
      config: { name: named, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map((other) => [other, 0, 0, {}])],
    });
    const net = network({
      class_name: "Model",
      config: {
        name: "two",
        layers: [
          layer("InputLayer", "in", [], { batch_input_shape: [null, 4], dtype: "float32" }),
          layer("Dense", "kind", ["in"], { units: 3, activation: "softmax" }),
          layer("Dense", "size", ["in"], { units: 3, activation: "linear" }),
        ],
        input_layers: [["in", 0, 0]],
        output_layers: [
          ["kind", 0, 0],
          ["size", 0, 0],
        ],
      },
    });
    const executor = createExecutor(net, initialStore(net, 2), backend, { seed: 1 });
    executor.upload();
    const outputs = executor.logits(inputs);
    const [kind, size] = outputs;
    if (kind === undefined || size === undefined) throw new Error("no outputs");
    const batch: Batch = { inputs, targets: [classes, amounts], size: 3 };
    const lesson: Lesson = { outputs: [teacherSays, teacherSays], temperature, weight: 1, beside: 0 };
    const { loss } = executor.trainStep(batch, 0, [], undefined, undefined, lesson);
    expect(loss).toBeCloseTo(byHand("softmax", teacherSays, kind) + byHand(null, teacherSays, size), 4);
    executor.dispose();
  });
});
