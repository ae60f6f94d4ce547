import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importsOf } from "../../../api/javascript.js";
import { compileProgram } from "../../../api/compile-program.js";
import { layers, openBackend, tf } from "../../../runtime/backend/index.js";
import { loadImports } from "../../../runtime/own/load.js";
import type { RunOptions } from "../../../runtime/index.js";
import type { LiveModel } from "../../../runtime/model/index.js";
import { runProgram } from "../run/program.js";

/** Losses and metrics in JavaScript, given by the host or named by a program. */

let folder = "";
beforeAll(async () => {
  await openBackend({ backend: "wasm" });
  folder = await mkdtemp(join(tmpdir(), "own-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const [rows, inputs, units] = [8, 4, 3];
const wave = (size: number, by: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(by * i + 1));
const ys = [0, 2, 1, 1, 2, 0, 1, 2];
const xs = Array.from({ length: rows }, (_, i) => [...wave(inputs, 0.3 + i)]);
const data = { train: { xs, ys }, test: { xs, ys } };

function made(activation: "softmax" | "linear" = "softmax"): layers.LayersModel {
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ inputShape: [inputs], units: 5, activation: "tanh", name: "h" }),
      layers.layers.dense({ units, activation, name: "head" }),
    ],
  });
  model.setWeights(model.getWeights().map((w, i) => tf.tensor(wave(w.size, 0.7 + i), w.shape)));
  return model;
}

type Given = RunOptions & { readonly network: LiveModel };

const on = (more: RunOptions = {}): Given => ({ batch: rows, ...more, network: made() });

const run = (source: string, { network, ...options }: Given) =>
  runProgram(source, network, { ...options, data });

const squares = (t: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.mean(tf.square(tf.sub(y, t)), -1);

/** A program beside a JavaScript file. */
async function beside(name: string, js: string): Promise<string> {
  await writeFile(join(folder, `${name}.mjs`), js);
  return join(folder, `${name}.prune`);
}

test("a loss that is given trains as the built-in one that it equals", async () => {
  const [own, builtIn] = await Promise.all([
    run("train 3 epochs with sgd(rate: 0.3) minimizing squares", on({ losses: { squares } })),
    run("train 3 epochs with sgd(rate: 0.3) minimizing mean-squared-error", on()),
  ]);
  const lossesOf = ({ result }: typeof own) => result.report.history.map(({ trainLoss }) => trainLoss);
  expect(lossesOf(own)).toHaveLength(3);
  lossesOf(own).forEach((loss, i) => expect(loss).toBeCloseTo(lossesOf(builtIn)[i] ?? NaN, 6));
  for (const [key, { data: values }] of own.result.parameters)
    values.forEach((value, i) =>
      expect(value).toBeCloseTo(builtIn.result.parameters.get(key)?.data[i] ?? NaN, 6),
    );
});

test("a phase with another own loss minimizes that one", async () => {
  const losses = { a: squares, b: (t: tf.Tensor, y: tf.Tensor) => tf.mul(squares(t, y), 100) };
  const { result } = await run("train 1 epoch minimizing a\nfinetune 1 epoch minimizing b", on({ losses }));
  const [first, second] = result.report.history.map(({ trainLoss }) => trainLoss ?? NaN);
  expect((second ?? 0) / (first ?? 1)).toBeGreaterThan(50);
});

test("metrics see what the network gives, and are reported beside loss and accuracy", async () => {
  const sums = (_: tf.Tensor, y: tf.Tensor) => tf.sum(y, -1);
  const right = (t: tf.Tensor, y: tf.Tensor) => tf.equal(tf.argMax(t, -1), tf.argMax(y, -1));
  const seen: unknown[] = [];
  const { result } = await run("train 2 epochs\nevaluate\nprune neurons in h by l1 1", {
    ...on({ metrics: { sums, right, three: () => 3 } }),
    callbacks: { onEpochEnd: (_, { testMetrics }) => void seen.push(testMetrics) },
  });
  const { after, before, dense, history, events } = result.report;
  // The soft-max that the loss leaves out is there.
  for (const facts of [after, before, dense]) expect(facts?.metrics?.["sums"]).toBeCloseTo(1, 5);
  expect(after.metrics?.["right"]).toBeCloseTo(after.accuracy ?? NaN, 6);
  expect(after.metrics?.["three"]).toBe(3);
  expect(history[0]?.testMetrics?.["right"]).toBeCloseTo(history[0]?.testAccuracy ?? NaN, 6);
  expect(seen).toHaveLength(2);
  expect(events.find(({ kind }) => kind === "evaluate")?.text).toMatch(/sums 1\.0000.*three 3\.0000/);
  expect(result.metrics).toMatchObject({ three: 3 });
});

test("metrics that a model was compiled with are taken", async () => {
  const network = made();
  const largest = (_: tf.Tensor, y: tf.Tensor) => tf.max(y, -1);
  network.compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: [largest, "accuracy"] });
  const { result, told } = await run("train 1 epoch", { ...on(), network });
  expect(result.report.after.metrics?.["largest"]).toBeGreaterThan(1 / 3);
  expect(told.join("\n")).not.toContain("P5120");
});

const mistakes: readonly (readonly [string, (t: tf.Tensor, y: tf.Tensor) => unknown, RegExp])[] = [
  ["no tensor", () => 3, /P7019.*the loss `own` gives no tensor but 3/],
  ["a promise", async (t, y) => squares(t, y), /P7019.*gives a promise/],
  ["every number", (t, y) => tf.square(tf.sub(y, t)), /P7019.*gives a tensor of shape \[8, 3\]/],
  ["another batch", () => tf.ones([5]), /P7019.*gives a tensor of shape \[5\]/],
  ["text", () => tf.tensor(["a"]), /P7019.*gives a tensor of string/],
  ["no number", (_, y) => tf.mean(tf.log(tf.sub(y, 5))), /P7019.*gives what is not a number/],
  [
    "infinity",
    (t, y) => tf.div(1, tf.sub(squares(t, y), squares(t, y))),
    /P7019.*gives (infinity|what is not a number)/,
  ],
  ["nothing of the outputs", (t) => tf.mean(t), /P7019.*does not depend on the outputs/],
  ["a kernel without gradient", (_, y) => tf.mean(tf.cumprod(y)), /P7019.*cannot be differentiated.*Cumprod/],
  [
    "a slope that is none",
    (t, y) => tf.sqrt(tf.sum(tf.square(tf.sub(tf.mul(y, 0), tf.mul(t, 0))), -1)),
    /P7019.*has a slope that is no number/,
  ],
  [
    "an error",
    () => {
      throw new Error("out of order");
    },
    /P7019.*the loss `own` failed: out of order/,
  ],
];

test.each(mistakes)("a loss that gives %s is told", async (_, own, message) => {
  const losses = { own: own as never };
  await expect(run("train 1 epoch minimizing own", on({ losses }))).rejects.toThrow(message);
});

test("a metric that fails is told, and may give what cannot be differentiated", async () => {
  const metrics = (own: (t: tf.Tensor, y: tf.Tensor) => unknown) => on({ metrics: { own: own as never } });
  await expect(
    run(
      "evaluate",
      metrics(() => NaN),
    ),
  ).rejects.toThrow(/P7019.*the metric `own` gives what is not a number/);
  await expect(
    run(
      "evaluate",
      metrics(() => "much"),
    ),
  ).rejects.toThrow(/P7019.*gives no tensor/);
  await expect(
    run(
      "evaluate",
      metrics((_, y) => tf.argMax(y, -1)),
    ),
  ).resolves.toBeDefined();
});

const counts = () => {
  let calls = 0;
  return () => ++calls;
};
/** Calls of a metric: once before the run, then as often as it is measured. */
test("conditions read metrics, and the best epoch is kept by the highest", async () => {
  const until = await run("train 9 epochs until calls >= 4", on({ metrics: { calls: counts() } }));
  const { history, events } = until.result.report;
  expect(history).toHaveLength(3);
  expect(events.map(({ text }) => text)).toContainEqual("ended the phase after epoch 3 of 9: calls is 4");
  await expect(run("train 1 epoch\nrequire calls < 0", on({ metrics: { calls: counts() } }))).rejects.toThrow(
    /P7004/,
  );
  const loop = await run(
    "repeat 5 times { train 1 epoch } until calls > 3",
    on({ metrics: { calls: counts() } }),
  );
  expect(loop.result.report.history).toHaveLength(3);
  const passes = await run(
    "repeat 5 times while calls < 4 { train 1 epoch }",
    on({ metrics: { calls: counts() } }),
  );
  expect(passes.result.report.events.map(({ kind }) => kind)).toContain("while");

  const measured = [0, 1, 5, 2, 3];
  let at = 0;
  const own = () => measured[at++] ?? 0;
  const kept = await run("train 4 epochs keeping best by own", on({ metrics: { own } }));
  const texts = kept.result.report.events.map(({ text }) => text);
  expect(texts).toContainEqual("went back from epoch 4 to the best: epoch 2 of 4, with a `own` of 5");
  const patient = [0, 5, 1, 2, 3];
  at = 0;
  const ended = await run(
    "train 9 epochs keeping best by own patience 2",
    on({ metrics: { own: () => patient[at++] ?? 0 } }),
  );
  expect(ended.result.report.history.length).toBeLessThan(5);
});

test("what ends by what the test split measures says so, as what chooses by it does", async () => {
  const noted = async (source: string) =>
    (await run(source, on({ metrics: { surety: () => 0.5 } }))).told.filter((line) => line.includes("P6012"));
  for (const source of [
    "train 2 epochs until accuracy >= 200% - 100%",
    "train 2 epochs until surety > 1",
    "repeat 2 times { train 1 epoch } until loss < 0",
    "repeat 2 times while surety < 1 { train 1 epoch } until loss < 0",
  ])
    expect(await noted(source), source).toHaveLength(1);
  for (const source of ["train 2 epochs until macs <= 1%", "train 2 epochs"])
    expect(await noted(source), source).toEqual([]);
});

test("nothing is left on the backend", async () => {
  const before = tf.memory().numTensors;
  const options = on({ losses: { squares }, metrics: { squares } });
  await run("train 2 epochs minimizing squares", options);
  const once = tf.memory().numTensors;
  await run("train 6 epochs minimizing squares", options);
  expect(tf.memory().numTensors).toBe(once);
  const bad = { bad: () => 3 as never };
  await expect(run("train 1 epoch minimizing bad", { ...options, losses: bad })).rejects.toThrow("P7019");
  expect(once - before).toBeLessThan(20);
});

test("a file is named by the program, run once that is allowed, and loses to the host", async () => {
  const file = await beside(
    "named",
    `globalThis.ran = (globalThis.ran ?? 0) + 1;
     export const ownLoss = (t, y, { tf }) => tf.mean(tf.square(tf.sub(y, t)), -1);
     export const two = () => 2;`,
  );
  const source =
    'use loss own-loss from "./named.mjs"\nuse metric two from "./named.mjs"\ntrain 1 epoch minimizing own-loss';
  const { result } = await compileProgram(source, { network: made(), file });
  expect(result.ir?.imports).toMatchObject([
    { kind: "loss", name: "own-loss", from: "./named.mjs" },
    { kind: "metric", name: "two", from: "./named.mjs" },
  ]);
  expect(result.code).toContain('import { ownLoss, two } from "./named.mjs";');
  await expect(importsOf(result, {}, false)).rejects.toThrow(/P7021[^]*own-loss[^]*P7021[^]*two/);
  expect(Reflect.get(globalThis, "ran")).toBeUndefined();
  const loaded = await importsOf(result, {}, true);
  expect(Reflect.get(globalThis, "ran")).toBe(1);
  expect(loaded.map(({ name, value }) => [name, typeof value])).toEqual([
    ["own-loss", "function"],
    ["two", "function"],
  ]);
  // What the host gives is neither loaded nor asked about.
  const two = () => 22;
  const given = await importsOf(result, { losses: { "own-loss": squares }, metrics: { two } }, false);
  expect(given.map(({ name, value }) => [name, value])).toEqual([
    ["own-loss", undefined],
    ["two", undefined],
  ]);
  const { result: ran } = await run(
    "train 1 epoch minimizing own-loss",
    on({ losses: { "own-loss": squares }, metrics: { two } }),
  );
  expect(ran.report.after.metrics).toEqual({ two: 22 });
});

test("a file that waits for ever, changes, or exports something else is told", async () => {
  const entry = (from: string) => [{ kind: "loss" as const, id: 1, text: "", name: "own", from }];
  const write = (name: string, js: string) => writeFile(join(folder, name), js);
  await write("waits.mjs", "setInterval(() => {}, 1e6).unref(); await new Promise(() => {});");
  await expect(loadImports(entry("./waits.mjs"), folder, 0.2)).rejects.toThrow(
    /P7018.*waited for 0.2 seconds/,
  );
  await write("other.mjs", "export const another = () => 1;");
  await expect(loadImports(entry("./other.mjs"), folder)).rejects.toThrow(/P7018.*has no export `own`/);
  await write("text.mjs", "export const own = 3;");
  await expect(loadImports(entry("./text.mjs"), folder)).rejects.toThrow(/P7018.*no function.*`own`/);
  await write("throws.mjs", "throw new Error('out of order');");
  await expect(loadImports(entry("./throws.mjs"), folder)).rejects.toThrow(
    /P7018.*cannot be loaded: out of order/,
  );
  await expect(loadImports(entry("./none.mjs"), folder)).rejects.toThrow(/P7018.*cannot be read/);
  await write("same.mjs", "export const own = () => 1;");
  const [first] = await loadImports(entry("./same.mjs"), folder);
  await write("same.mjs", "export const own = () => 2;");
  const [second] = await loadImports(entry("./same.mjs"), folder);
  expect((second?.value as () => number)()).toBe(2);
  expect(second?.content).not.toBe(first?.content);
});
