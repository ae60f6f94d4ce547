import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { openBackend, type Backend } from "../../runtime/backend/index.js";
import { toBatch } from "../../runtime/data/batch.js";
import { createExecutor } from "../../runtime/executor/index.js";
import { chain, initialStore, network, parameter } from "../runtime/executor/helpers.js";

/** What Keras made of it; see sample_weights.py. */
interface Recorded {
  readonly name: string;
  readonly places: readonly number[];
  readonly units: number;
  readonly activation: string;
  readonly rate: number;
  readonly labels: readonly number[];
  readonly weights: readonly number[] | null;
  readonly classWeights: readonly number[] | null;
  /** Loss and weighted accuracy of every step. */
  readonly history: readonly (readonly [number, number])[];
  readonly kernel: readonly number[];
  readonly bias: readonly number[];
}
const { cases }: { cases: readonly Recorded[] } = JSON.parse(
  readFileSync(new URL("sample-weights.json", import.meta.url), "utf8"),
);

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "wasm" });
});

const wave = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + 1));

test.each(cases)("weights of $name count as in Keras", ({ places, units, activation, ...recorded }) => {
  const net = network(chain([...places, 3], ["Dense", { units, activation }]));
  const store = initialStore(net);
  const [kernel, bias] = [parameter(store, "l0/kernel").data, parameter(store, "l0/bias").data];
  kernel.set(wave(3 * units));
  const rows = recorded.labels.length / places.reduce((product, n) => product * n, 1);
  const shape = [rows, ...places, 3];
  const data = wave(shape.reduce((product, n) => product * n, 1));
  const { labels, weights, classWeights, rate, history } = recorded;
  const given = { inputs: { data, shape }, targets: { labels }, ...(weights && { weights }) };
  const batch = toBatch(given, net, "a batch");
  const name = units === 1 ? "binary-cross-entropy" : "cross-entropy";
  const losses = [{ name, ...(classWeights && { classWeights }) }] as const;
  const executor = createExecutor(net, store, backend, { seed: 1, losses });
  history.forEach(([loss, accuracy], step) => {
    executor.upload();
    const tested = executor.evaluate(batch);
    expect(tested.loss / rows).toBeCloseTo(loss, 5);
    const result = executor.trainStep(batch, step);
    expect(result.loss).toBeCloseTo(loss, 5);
    // Weights of classes belong to the loss: accuracy counts all classes alike.
    if (classWeights === null)
      for (const { correct, counted } of [tested, result]) expect(correct / counted).toBeCloseTo(accuracy, 6);
    for (const [values, key] of [
      [kernel, "l0/kernel"],
      [bias, "l0/bias"],
    ] as const)
      result.gradients.get(key)?.forEach((slope, i) => (values[i] = (values[i] ?? 0) - rate * slope));
  });
  executor.dispose();
  for (const [values, wanted] of [
    [kernel, recorded.kernel],
    [bias, recorded.bias],
  ] as const)
    values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i] ?? NaN, 5));
});
