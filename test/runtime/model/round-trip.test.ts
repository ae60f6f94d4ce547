import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import { layers, openBackend, type Backend } from "../../../runtime/backend/index.js";
import { compareLatency, createExecutor } from "../../../runtime/executor/index.js";
import {
  loadModel,
  modelBytes,
  saveModel,
  toLayersModel,
  type LoadedModel,
} from "../../../runtime/model/index.js";
import { cases } from "../executor/cases.js";
import {
  apply,
  distance,
  input,
  predictStock,
  randomInput,
  randomize,
  type Model,
} from "../executor/stock.js";
import { folderWith, loadStock, temporaryFolder } from "./helpers.js";

const L = layers.layers;
let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "wasm" });
});

async function drawn(model: Model): Promise<LoadedModel> {
  const loaded = await loadModel(model);
  randomize(loaded.store, 11);
  return loaded;
}

/** Models whose names, nesting or fields make saving hard. */
const hard: readonly { name: string; shape: readonly number[]; make: () => Model }[] = [
  {
    name: "a separable convolution with a depth multiplier, which stock drops on saving",
    shape: [6, 6, 3],
    make: () =>
      layers.sequential({
        layers: [L.separableConv2d({ inputShape: [6, 6, 3], filters: 4, kernelSize: 3, depthMultiplier: 2 })],
      }),
  },
  {
    name: "one layer name inside and outside of a nested model",
    shape: [6],
    make: () => {
      const x = input(6);
      const inner = layers.sequential({
        name: "inner",
        layers: [L.dense({ name: "same", units: 6, inputShape: [6] })],
      });
      return layers.model({
        inputs: x,
        outputs: apply(L.dense({ name: "same", units: 3 }), apply(inner, x)),
      });
    },
  },
  {
    name: "a nested model called twice",
    shape: [6],
    make: () => {
      const x = input(6);
      const inner = layers.sequential({
        layers: [L.dense({ units: 6, inputShape: [6], activation: "tanh" })],
      });
      return layers.model({ inputs: x, outputs: apply(L.add(), [apply(inner, apply(inner, x)), x]) });
    },
  },
  {
    name: "names with slashes",
    shape: [6],
    make: () =>
      layers.sequential({ layers: [L.dense({ name: "block/1/dense", units: 4, inputShape: [6] })] }),
  },
];

const ordinary = cases.filter((c) => c.shapes.length === 1 && !c.cpu && !c.integers);

describe("saved, loaded by stock, loaded by us: the same network", () => {
  test.each([...hard, ...ordinary.map(({ name, shapes, make }) => ({ name, shape: shapes[0] ?? [], make }))])(
    "$name",
    async ({ shape, make }) => {
      const { network, store } = await drawn(make());
      const folder = await temporaryFolder();
      await saveModel(network, store, folder);
      const again = await loadModel(folder);
      const plain = (s: typeof store): unknown =>
        [...s.values()].map(({ shape, data, trainable }) => ({ shape, data, trainable }));
      expect(plain(again.store)).toEqual(plain(store));
      expect(again.network.topology).toEqual(network.topology);
      const x = randomInput([2, ...shape], 5);
      const executor = createExecutor(network, store, backend, { seed: 1 });
      const wanted = executor.predict([x]);
      const stock = await loadStock(folder);
      predictStock(stock, [x]).forEach((y, i) => expect(distance(wanted[i]?.data, y)).toBeLessThan(1e-5));
      executor.dispose();
      stock.dispose();
    },
  );
});

test("the bytes depend on the network alone, and old weights do not pile up", async () => {
  const { network, store } = await drawn(hard[1]?.make() ?? layers.sequential());
  const [a, b] = [await temporaryFolder(), await temporaryFolder()];
  const first = await saveModel(network, store, a);
  await saveModel(network, store, b);
  const files = (await readdir(a)).sort();
  expect(files).toEqual((await readdir(b)).sort());
  for (const file of files) expect(await readFile(join(a, file))).toEqual(await readFile(join(b, file)));
  const again = await saveModel(network, store, a);
  expect(again).toEqual(first);
  randomize(store, 99);
  await writeFile(join(a, "notes.txt"), "mine");
  const other = await saveModel(network, store, a);
  expect((await readdir(a)).sort()).toEqual(["model.json", "notes.txt", other.weights?.split("/").pop()]);
  expect(other.weights).not.toBe(first.weights);
});

test("sizes are those of the file of weights, raw and through gzip", async () => {
  const { network, store } = await drawn(
    layers.sequential({ layers: [L.dense({ units: 300, inputShape: [100] })] }),
  );
  for (const { data } of store.values()) data.fill(0, 0, data.length / 2);
  const { weights, bytes } = await saveModel(network, store, await temporaryFolder());
  const { size } = await stat(weights ?? "");
  expect(bytes.raw).toBe(size);
  expect(measure(network, newMaskState(network.channels.count)).bytes).toBe(size);
  const packed = gzipSync(await readFile(weights ?? ""), { level: 6 });
  expect(gunzipSync(packed)).toHaveLength(size);
  expect(Math.abs(bytes.gzipped - packed.length)).toBeLessThan(100);
  expect(await modelBytes(network, store)).toEqual(bytes);
});

test("a folder that cannot be written to is a diagnostic and stays as it was", async () => {
  const { network, store } = await drawn(
    layers.sequential({ layers: [L.dense({ units: 2, inputShape: [2] })] }),
  );
  const folder = await folderWith({ file: "not a folder" });
  await expect(saveModel(network, store, join(folder, "file"))).rejects.toThrow(/P5117/);
  await expect(saveModel(network, store, join(folder, "file", "deep"))).rejects.toThrow(/P5117/);
  expect(await readdir(folder)).toEqual(["file"]);
});

test("a model of ours goes on living in stock", async () => {
  const { network, store } = await drawn(
    layers.sequential({ layers: [L.dense({ units: 2, inputShape: [3] })] }),
  );
  const model = await toLayersModel(network, store);
  expect(model.countParams()).toBe(8);
  const copy = await loadModel(model);
  expect([...copy.store.values()].map((p) => [...p.data])).toEqual(
    [...store.values()].map((p) => [...p.data]),
  );
  model.dispose();
});

test("latency is the median of timed predictions", async () => {
  const { network, store } = await drawn(
    layers.sequential({ layers: [L.embedding({ inputDim: 5, outputDim: 2, inputLength: 3 })] }),
  );
  const executor = createExecutor(network, store, backend, { seed: 1 });
  const [latency] = compareLatency([executor], { batch: 4, runs: 5 });
  expect(latency?.minimum).toBeGreaterThan(0);
  expect(latency?.median).toBeGreaterThanOrEqual(latency?.minimum ?? NaN);
  executor.dispose();
});
