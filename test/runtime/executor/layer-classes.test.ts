import { beforeAll, describe, expect, test } from "vitest";
import { activations, type ActivationName } from "../../../core/network/activations.js";
import { readNetwork } from "../../../core/network/read.js";
import {
  layerClass,
  layerClasses,
  layerFamily,
  uptakeOf,
  type ClassName,
} from "../../../core/network/layers/index.js";
import type { JsonObject, LayerInfo, Network, WeightInfo } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { constantCall } from "../../../core/surgery/constants.js";
import { openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { headsOf } from "../../../runtime/executor/head.js";
import type { Mode } from "../../../runtime/executor/pass.js";
import { execute, makePlan } from "../../../runtime/executor/plan.js";
import { makeVariables } from "../../../runtime/executor/variables.js";
import { layerCases, inStock, layerModel, type LayerCase } from "../../helpers/layer-cases.js";
import { distance, randomStore, runStock, seeded } from "../../helpers/stock.js";

/** What the table of layer classes claims, class by class, against their forward passes. */

const EXAMPLES = 2;
let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});

const notPredicted = new Set<ClassName>(["CategoryEncoding", "CenterCrop", "Resizing"]);

/** A layer of the table, its weights drawn. */
interface Subject {
  readonly network: Network;
  readonly layer: LayerInfo;
  readonly store: ParameterStore;
  readonly random: () => number;
}

function subjectOf(item: LayerCase, change: JsonObject = {}): Subject {
  const [className, config, ...shapes] = item;
  const { network, diagnostics } = readNetwork(layerModel([className, { ...config, ...change }, ...shapes]));
  const layer = network?.layers.find(({ path }) => path === "subject");
  if (!network || !layer) throw new Error(diagnostics.map(({ message }) => message).join());
  const random = seeded(11);
  return { network, layer, store: randomStore(network, random), random };
}

interface Output {
  readonly data: Float32Array;
  /** Channels on its last axis. */
  readonly width: number;
}

function run(
  { network, store }: Subject,
  inputs: readonly Float32Array[],
  mode: Mode = "inference",
): Output[] {
  const variables = makeVariables(store, backend);
  const outputs = tf.tidy(() => {
    const tensors = network.inputs.map((t, i) => {
      const shape = (network.tensors[t]?.shape ?? []).slice(1).map((n) => n ?? 1);
      return tf.tensor(inputs[i] ?? [], [EXAMPLES, ...shape]);
    });
    const pass = { mode, seed: 3, step: 1, updates: [] };
    const plan = makePlan(network, backend, variables);
    return execute(network, plan, tensors, { pass, taped: false, logits: new Set() }).map((y) => ({
      data: Float32Array.from(y.dataSync()),
      width: y.shape[y.shape.length - 1] ?? 1,
    }));
  });
  variables.dispose();
  return outputs;
}

/** Input arrays, from the value of each channel at each place. */
function inputsOf({ network }: Subject, value: (input: number, channel: number) => number): Float32Array[] {
  return network.inputs.map((t, i) => {
    const shape = (network.tensors[t]?.shape ?? []).slice(1).map((n) => n ?? 1);
    const width = shape[shape.length - 1] ?? 1;
    const size = shape.reduce((p, n) => p * n, EXAMPLES);
    return Float32Array.from({ length: size }, (_, at) => value(i, at % width));
  });
}

function drawn(subject: Subject): Float32Array[] {
  const indices = layerClass(subject.layer.className).reads === "indices";
  return inputsOf(subject, () => (indices ? Math.floor(subject.random() * 5) : 2 * subject.random() - 1));
}

function setZero({ layer, store }: Subject, wanted: (weight: WeightInfo) => boolean): void {
  for (const weight of layer.weights) if (wanted(weight)) store.get(weight.key)?.data.fill(0);
}

/** Zeroes the slices of every second channel that a weight makes or passes on. */
function emptySlices({ layer, store }: Subject): void {
  for (const { bindings, shape, key, isKernel, name } of layer.weights) {
    const binding = bindings.find(({ role }) => role !== "in");
    if (!binding || !(isKernel || name === "gamma")) continue;
    const inner = shape.slice(binding.axis + 1).reduce((p, n) => p * n, 1);
    const data = store.get(key)?.data;
    data?.forEach((_, at) => {
      if ((Math.floor(at / inner) % binding.ids.length) % 2 === 0) data[at] = 0;
    });
  }
}

const isZero = (outputs: readonly Output[]): boolean =>
  outputs.every(({ data }) => data.every((x) => x === 0));
const isBarrier = ({ network }: Subject): boolean =>
  network.barriers.some(({ layer }) => layer === "subject");
const label = ([className, config]: LayerCase): string =>
  `${className} ${JSON.stringify(config).slice(0, 80)}`;
const named = layerCases.map((item): readonly [string, LayerCase] => [label(item), item]);

/** Channels that were shown to be constant, by class: a rule that follows none would claim nothing. */
const followed = new Map<ClassName, number>();

describe.each(named)("%s", (_, item) => {
  const [className, config, ...shapes] = item;

  test("computes what stock computes", async () => {
    const subject = subjectOf(item);
    // Stock normalises over another axis with the shapes of the last, and asks of these inputs the shape of the outputs.
    const wrong = className === "BatchNormalization" && isBarrier(subject);
    if (wrong || !inStock(item) || notPredicted.has(className)) return;
    const inputs = drawn(subject);
    const got = run(subject, inputs).map(({ data }) => data);
    const wanted = await runStock(subject.network, subject.store, inputs, EXAMPLES);
    await openBackend({ backend: "cpu" });
    expect(distance(got, wanted.outputs)).toBeLessThan(1e-5);
  });

  test("gives zeros for zeros once what it names is zero, in training too", () => {
    const subject = subjectOf(item);
    const silence = layerClass(className).silence(subject.layer.config);
    if (silence) setZero(subject, ({ name }) => silence.includes(name));
    const zeros = inputsOf(subject, () => 0);
    const zero = (["inference", "training"] as const).every((mode) => isZero(run(subject, zeros, mode)));
    // Nothing is claimed of layers over time: what silences them depends on their cells.
    if (silence || layerFamily(subject.layer) !== "recurrent") expect(zero).toBe(silence !== null);
  });

  test("gives the constants that its rule says, whatever else it reads", () => {
    const rule = layerClass(className).constants;
    for (let seed = 0; rule && seed < 3; seed++) {
      const subject = subjectOf(item);
      if (isBarrier(subject)) return;
      const random = seeded(seed);
      emptySlices(subject);
      const values = shapes.map((shape) =>
        Float64Array.from({ length: shape[shape.length - 1] ?? 1 }, () =>
          random() < 0.3 ? NaN : Math.fround([0, -0.7, 0.4, 1.9, 7][Math.floor(random() * 5)] ?? 0),
        ),
      );
      const inputs = inputsOf(subject, (input, channel) => {
        const value = values[input]?.[channel] ?? NaN;
        return Number.isNaN(value) ? 2 * random() - 1 : value;
      });
      const [output] = run(subject, inputs);
      if (!output) throw new Error("no output");
      const constants = rule(constantCall(subject.layer, values, output.width, subject.store));
      expect(constants).toHaveLength(output.width);
      output.data.forEach((y, at) => {
        const claim = constants[at % output.width] ?? NaN;
        if (!Number.isNaN(claim)) expect(Math.abs(y - claim)).toBeLessThan(1e-5 * (1 + Math.abs(claim)));
      });
      const count = constants.filter((x) => !Number.isNaN(x)).length;
      followed.set(className, (followed.get(className) ?? 0) + count);
    }
  });

  test("takes up constants as it says", () => {
    const subject = subjectOf(item, "activation" in config ? { activation: "linear" } : {});
    const uptake = uptakeOf(subject.layer);
    if (uptake === "never" || isBarrier(subject)) return;
    const others = drawn(subject);
    const width = shapes[0]?.[shapes[0].length - 1] ?? 1;
    /** What a constant on channel 1 adds to the output. */
    const added = (value: number): { sums: Float32Array; width: number } => {
      const withConstant = (x: number) =>
        others.map((input) => input.map((v, i) => (i % width === 1 ? x : v)));
      const [there] = run(subject, withConstant(value));
      const [without] = run(subject, withConstant(0));
      if (!there || !without) throw new Error("no output");
      return { sums: there.data.map((y, i) => y - (without.data[i] ?? NaN)), width: there.width };
    };
    const one = added(1);
    const period = uptake === "fold" ? one.width : one.sums.length / EXAMPLES;
    const worst = Math.max(...one.sums.map((sum, i) => Math.abs(sum - (one.sums[i % period] ?? NaN))));
    expect(worst, "the same for every example, folded: at every position").toBeLessThan(1e-5);
    const three = added(3).sums;
    three.forEach((sum, i) => expect(Math.abs(sum - 3 * (one.sums[i] ?? NaN))).toBeLessThan(1e-4));
    const spread = Math.max(...one.sums.map((sum, i) => Math.abs(sum - (one.sums[i % one.width] ?? NaN))));
    if (uptake === "carry") expect(spread, "nothing needs to be carried").toBeGreaterThan(1e-3);
  });

  test("combines its inputs as it says", () => {
    const { combines } = layerClass(className);
    expect(combines === null).toBe(shapes.length === 1);
    if (className === "Dot" || combines === "other" || combines === null) return;
    const subject = subjectOf(item);
    const [first = new Float32Array(0), ...others] = drawn(subject);
    const [output] = run(subject, [first, ...others.map((input) => input.map(() => 0))]);
    if (combines === "product") expect(output && isZero([output])).toBe(true);
    if (combines === "sum") expect([...(output?.data ?? [])]).toEqual([...first]);
    if (combines === "list") {
      const kept = [...(output?.data ?? [])].filter((x) => x !== 0);
      expect(kept).toEqual([...first]);
    }
  });

  test("is of the family that its weights show", () => {
    const subject = subjectOf(item);
    if (isBarrier(subject)) return;
    const makes = (role: "out" | "pass"): boolean =>
      subject.layer.weights.some((w) => w.isKernel && w.bindings.some((binding) => binding.role === role));
    const family = layerFamily(subject.layer);
    expect(makes("out")).toBe(["conv", "dense", "recurrent"].includes(family));
    expect(makes("pass")).toBe(family === "depthwise");
    expect(subject.layer.weights.some(({ name }) => name === "embeddings")).toBe(family === "embedding");
    expect(subject.layer.weights.some(({ name }) => name.endsWith("recurrent_kernel"))).toBe(
      family === "recurrent",
    );
  });

  test("holds a distribution where it says so", () => {
    const softmax = layerClass(className).distribution === "activation" ? { activation: "softmax" } : {};
    const subject = subjectOf(item, softmax);
    if (headsOf(subject.network)[0]?.kind !== "softmax") return;
    const [output] = run(subject, drawn(subject));
    if (!output || isBarrier(subject)) return;
    for (let at = 0; at < output.data.length; at += output.width) {
      const sum = output.data.subarray(at, at + output.width).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-5);
    }
  });

  test("lets the channels through where it completes the layer in front", () => {
    if (!layerClass(className).completes) return;
    const subject = subjectOf(item);
    const [input, output] = [subject.network.inputs[0], subject.network.outputs[0]].map(
      (t) => subject.network.tensors[t ?? -1],
    );
    expect(output?.shape).toEqual(input?.shape);
    if (!isBarrier(subject)) expect(output?.ids).toBe(input?.ids);
  });
});

test("every rule for constants follows some", () => {
  const rules = new Set(layerCases.map(([name]) => name).filter((name) => layerClass(name).constants));
  expect([...rules].filter((name) => (followed.get(name) ?? 0) === 0)).toEqual([]);
});

test("no class is left out but the ones that cannot be called", () => {
  const tried = new Set<string>(layerCases.map(([className]) => className));
  expect(Object.keys(layerClasses).filter((name) => !tried.has(name))).toEqual(["RandomWidth", "InputLayer"]);
});

describe("activation functions", () => {
  const names = Object.keys(activations) as ActivationName[];
  test.each(names)("%s is what its record says", (activation) => {
    const { scalar, keepsZero, acrossChannels } = activations[activation];
    const subject = subjectOf(["Activation", { activation }, [9]]);
    expect(
      isZero(
        run(
          subject,
          inputsOf(subject, () => 0),
        ),
      ),
    ).toBe(keepsZero);
    const xs = inputsOf(subject, (_, channel) => channel - 4);
    const [y] = run(subject, xs);
    if (scalar) y?.data.forEach((value, i) => expect(value).toBeCloseTo(scalar((i % 9) - 4), 5));
    const [moved] = run(
      subject,
      inputsOf(subject, (_, channel) => (channel === 0 ? 3 : channel - 4)),
    );
    expect(y?.data[5] !== moved?.data[5]).toBe(acrossChannels);
  });
});
