import { beforeAll, expect, test } from "vitest";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { drawsOf, type NoiseContext } from "../../../runtime/executor/draws.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { chain, initialStore, network } from "./helpers.js";
import { randomInput } from "./stock.js";

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "wasm" });
});

const at = (step: number, origin = 3, seed = 1): NoiseContext => ({ pass: { seed, step }, origin });

test("draws belong to channel numbers: a narrower tensor keeps those of its channels", () => {
  const ids = Int32Array.of(10, 11, 12, 10, 11, 12);
  const whole = drawsOf(at(5), "dropout").uniform([2, 4, 6], ids);
  const cut = drawsOf(at(5), "dropout").uniform([2, 4, 4], Int32Array.of(10, 12, 10, 12));
  const kept = [0, 2, 3, 5];
  for (let row = 0; row < 8; row++) {
    kept.forEach((c, i) => expect(cut[row * 4 + i]).toBe(whole[row * 6 + c]));
  }
});

test("steps, calls, seeds, streams and repeated channels draw differently", () => {
  const ids = Int32Array.from({ length: 64 }, (_, i) => i % 32);
  const draw = (context: NoiseContext, stream = "dropout"): string =>
    drawsOf(context, stream).uniform([3, 64], ids).join();
  const all = [draw(at(1)), draw(at(2)), draw(at(1, 4)), draw(at(1, 3, 2)), draw(at(1), "other")];
  expect(new Set(all).size).toBe(5);
  expect(draw(at(1))).toBe(all[0]);
  const row = drawsOf(at(1), "dropout").uniform([1, 64], ids);
  expect(row.slice(0, 32)).not.toEqual(row.slice(32));
});

test("draws are spread evenly", () => {
  const uniform = drawsOf(at(1), "dropout").uniform([100, 100], null);
  const bins = new Array<number>(10).fill(0);
  for (const u of uniform) bins[Math.floor(u * 10)] = (bins[Math.floor(u * 10)] ?? 0) + 1;
  for (const n of bins) expect(Math.abs(n - 1000)).toBeLessThan(130);
  const normal = drawsOf(at(1), "normal").normal([100, 100], null);
  const mean = normal.reduce((s, v) => s + v, 0) / 1e4;
  const variance = normal.reduce((s, v) => s + v * v, 0) / 1e4;
  expect(Math.abs(mean)).toBeLessThan(0.04);
  expect(Math.abs(variance - 1)).toBeLessThan(0.06);
});

test("dropout drops its rate in training alone, the same way for the same step", () => {
  const net = network(
    chain(
      [50],
      ["Dense", { units: 400 }],
      ["Dropout", { rate: 0.25 }],
      ["Dense", { units: 1, use_bias: false, kernel_initializer: { class_name: "Ones", config: {} } }],
    ),
  );
  const store = initialStore(net);
  const executor = createExecutor(net, store, backend, { seed: 9 });
  const batch = { inputs: [randomInput([4, 50], 1)], targets: [randomInput([4, 1], 2)], size: 4 };
  const gradient = (step: number): Float32Array =>
    executor.trainStep(batch, step).gradients.get("l0/bias") ?? new Float32Array();
  const first = gradient(1);
  expect(gradient(1)).toEqual(first);
  expect(gradient(2)).not.toEqual(first);
  const scored = executor.gradients(batch, "loss").gradients.get("l0/bias") ?? new Float32Array();
  expect(new Set(scored).size).toBe(1);
  executor.dispose();

  const one = { inputs: [randomInput([1, 50], 1)], targets: [randomInput([1, 1], 2)], size: 1 };
  const single = createExecutor(net, store, backend, { seed: 9 });
  const dropped = (single.trainStep(one, 3).gradients.get("l0/bias") ?? new Float32Array()).filter(
    (g) => g === 0,
  ).length;
  expect(Math.abs(dropped - 100)).toBeLessThan(30);
  single.dispose();
});

test("recurrent dropout is drawn from the step as well, and leaves scores alone", () => {
  const cell = { units: 3, dropout: 0.3, recurrent_dropout: 0.3 };
  const inner = { class_name: "GRU", config: { name: "g", ...cell } };
  const net = network(
    chain(
      [4, 2],
      ["LSTM", { ...cell, return_sequences: true }],
      ["Bidirectional", { layer: inner, merge_mode: "concat" }],
    ),
  );
  const store = initialStore(net);
  const executor = createExecutor(net, store, backend, { seed: 2 });
  const batch = { inputs: [randomInput([3, 4, 2], 1)], targets: [randomInput([3, 6], 2)], size: 3 };
  const losses = [1, 1, 2].map((step) => executor.trainStep(batch, step).loss);
  expect(losses[1]).toBe(losses[0]);
  expect(losses[2]).not.toBe(losses[0]);
  expect(executor.gradients(batch, "loss").loss).toBeCloseTo(executor.evaluate(batch).loss / 3, 6);
  executor.dispose();
});
