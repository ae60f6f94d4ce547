import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { layers, openBackend, tf } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { initialValues, loadModel, saveModel } from "../../../runtime/model/index.js";
import { chain, dense, initialStore, network, parameter } from "../executor/helpers.js";
import { folderWith, loadStock, temporaryFolder } from "./helpers.js";

beforeAll(async () => {
  await openBackend({ backend: "wasm" });
});

const topology = chain([3], ["Dense", { name: "d", units: 2 }]);
const values = [1, -2, 3, 0.5, 5, -6, 7, 8];

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: object;
}

async function load(
  weights: readonly Entry[],
  bytes: Uint8Array,
  paths: readonly string[] = ["w.bin"],
): Promise<number[]> {
  const cut = Math.ceil(bytes.length / paths.length);
  const shards = Object.fromEntries(paths.map((path, i) => [path, bytes.slice(i * cut, (i + 1) * cut)]));
  const folder = await folderWith({
    "model.json": { modelTopology: topology, weightsManifest: [{ paths, weights }] },
    ...shards,
  });
  const { store } = await loadModel(join(folder, "model.json"));
  return [...parameter(store, "d/kernel").data, ...parameter(store, "d/bias").data];
}

function entries(kernel: string, bias: string, more: Partial<Entry> = {}): Entry[] {
  return [
    { name: kernel, shape: [3, 2], dtype: "float32", ...more },
    { name: bias, shape: [2], dtype: "float32", ...more },
  ];
}

const floats = new Uint8Array(Float32Array.from(values).buffer);

test.each<[string, BufferEncoding, string]>([
  ["UTF-8", "utf8", "\uFEFF"],
  ["UTF-16", "utf16le", "\uFEFF"],
])("a model.json with a byte order mark, in %s", async (_, encoding, mark) => {
  const folder = await folderWith({});
  const layer = { class_name: "Dense", config: { name: "d", units: 2, batch_input_shape: [null, 3] } };
  const json = { modelTopology: { class_name: "Sequential", config: { name: "m", layers: [layer] } } };
  await writeFile(join(folder, "model.json"), mark + JSON.stringify(json), encoding);
  expect((await loadModel(folder)).store.size).toBe(2);
});

describe("weights as files hold them", () => {
  test("over several shards, which may cut a weight in two", async () => {
    expect(await load(entries("d/kernel", "d/bias"), floats, ["a.bin", "sub/b.bin", "c.bin"])).toEqual(
      values,
    );
  });

  test.each([
    ["Keras", "d/kernel:0", "d/bias:0"],
    ["Keras with the layer twice", "d/d/kernel:0", "d/d/bias:0"],
    ["inside of an outer model", "outer/d/kernel", "outer/d/bias"],
  ])("names of %s", async (_, kernel, bias) => {
    expect(await load(entries(kernel, bias), floats)).toEqual(values);
  });

  test("int32, uint8 and bool", async () => {
    const whole = [1, 0, 3, 0, 5, 6, 7, 8];
    expect(
      await load(
        entries("d/kernel", "d/bias", { dtype: "int32" }),
        new Uint8Array(Int32Array.from(whole).buffer),
      ),
    ).toEqual(whole);
    expect(await load(entries("d/kernel", "d/bias", { dtype: "uint8" }), Uint8Array.from(whole))).toEqual(
      whole,
    );
    const bits = whole.map((v) => Number(v > 4));
    expect(await load(entries("d/kernel", "d/bias", { dtype: "bool" }), Uint8Array.from(bits))).toEqual(bits);
  });

  test.each(["uint8", "uint16", "float16"] as const)(
    "quantized to %s, decoded as stock does",
    async (dtype) => {
      const quantization =
        dtype === "float16"
          ? { dtype, original_dtype: "float32" }
          : { dtype, scale: 0.125, min: -6, original_dtype: "float32" };
      const bytes =
        dtype === "uint8"
          ? Uint8Array.of(0, 1, 7, 255, 128, 3, 2, 9)
          : new Uint8Array(Uint16Array.of(0, 0x3c00, 0xc000, 0x0001, 0x8001, 0x7bff, 0x3555, 0x4248).buffer);
      const specs = entries("d/kernel", "d/bias", { quantization });
      const folder = await folderWith({
        "model.json": { modelTopology: topology, weightsManifest: [{ paths: ["w.bin"], weights: specs }] },
        "w.bin": bytes,
      });
      const { store } = await loadModel(folder);
      const stock = await loadStock(folder);
      const wanted = stock.getWeights().flatMap((t) => [...t.dataSync()]);
      expect([...parameter(store, "d/kernel").data, ...parameter(store, "d/bias").data]).toEqual(wanted);
      stock.dispose();
    },
  );

  test("an optimizer's own weights are passed over", async () => {
    const more = [
      ...entries("d/kernel", "d/bias"),
      { name: "Adam/m/d/kernel", shape: [1], dtype: "float32" },
    ];
    const bytes = new Uint8Array(36);
    bytes.set(floats);
    expect(await load(more, bytes)).toEqual(values);
  });
});

test("weights of recurrent layers under the names of Keras", async () => {
  const lstm = { class_name: "LSTM", config: { name: "r", units: 2 } };
  const net = chain([4, 3], ["Bidirectional", { name: "b", layer: lstm }]);
  const weights = ["forward_r/lstm_cell_1", "backward_r/lstm_cell_2"].flatMap((cell) => [
    { name: `b/${cell}/kernel:0`, shape: [3, 8], dtype: "float32" },
    { name: `b/${cell}/recurrent_kernel:0`, shape: [2, 8], dtype: "float32" },
    { name: `b/${cell}/bias:0`, shape: [8], dtype: "float32" },
  ]);
  const data = Float32Array.from({ length: 96 }, (_, i) => i);
  const folder = await folderWith({
    "model.json": { modelTopology: net, weightsManifest: [{ paths: ["w.bin"], weights }] },
    "w.bin": new Uint8Array(data.buffer),
  });
  const { store } = await loadModel(folder);
  expect(parameter(store, "b/forward_recurrent_kernel").data[0]).toBe(24);
  expect(parameter(store, "b/backward_kernel").data[0]).toBe(48);
});

/** As Keras 3 writes a functional model: batch_shape, `args` with tensors, wrapped dtypes and initializers. */
function keras3(): object {
  const tensor = (layer: string, shape: (number | null)[]): object => ({
    class_name: "__keras_tensor__",
    config: { shape, dtype: "float32", keras_history: [layer, 0, 0] },
  });
  const policy = {
    module: "keras",
    class_name: "DTypePolicy",
    config: { name: "float32" },
    registered_name: null,
  };
  const initializer = {
    module: "keras.initializers",
    class_name: "GlorotUniform",
    config: { seed: null },
    registered_name: null,
  };
  const layer = (class_name: string, name: string, config: object, args: object[]): object => ({
    module: "keras.layers",
    class_name,
    name,
    registered_name: null,
    build_config: { input_shape: [null, 4] },
    config: { name, trainable: true, dtype: policy, ...config },
    inbound_nodes: args.length === 0 ? [] : [{ args, kwargs: {} }],
  });
  return {
    modelTopology: {
      keras_version: "3.4.1",
      backend: "tensorflow",
      model_config: {
        class_name: "Functional",
        config: {
          name: "functional",
          trainable: true,
          layers: [
            layer("InputLayer", "in", { batch_shape: [null, 4], sparse: false }, []),
            layer(
              "Dense",
              "a",
              { units: 3, activation: "silu", use_bias: true, kernel_initializer: initializer },
              [tensor("in", [null, 4])],
            ),
            layer(
              "Dense",
              "b",
              { units: 3, activation: "linear", use_bias: false, kernel_initializer: initializer },
              [tensor("in", [null, 4])],
            ),
            {
              ...Object(layer("Add", "add", {}, [])),
              inbound_nodes: [{ args: [[tensor("a", [null, 3]), tensor("b", [null, 3])]], kwargs: {} }],
            },
          ],
          input_layers: [["in", 0, 0]],
          output_layers: [["add", 0, 0]],
        },
      },
      training_config: { loss: "mean_absolute_error", optimizer_config: { class_name: "Muon", config: {} } },
    },
    format: "layers-model",
    weightsManifest: [
      {
        paths: ["w.bin"],
        weights: [
          { name: "a/kernel", shape: [4, 3], dtype: "float32" },
          { name: "a/bias", shape: [3], dtype: "float32" },
          { name: "b/kernel", shape: [4, 3], dtype: "float32" },
        ],
      },
    ],
  };
}

test("a model of Keras 3 runs, and what we write of it stock can load", async () => {
  const backend = await openBackend({ backend: "wasm" });
  const data = Float32Array.from({ length: 27 }, (_, i) => Math.sin(i));
  const folder = await folderWith({ "model.json": keras3(), "w.bin": new Uint8Array(data.buffer) });
  await expect(loadStock(folder)).rejects.toThrow();
  const { network: net, store } = await loadModel(folder);
  const executor = createExecutor(net, store, backend, { seed: 1 });
  const x = dense([1, 4], 0.5, -1, 2, 0.25);
  const [y] = executor.predict([x]);
  const z = (from: number, j: number): number =>
    [0, 1, 2, 3].reduce((s, i) => s + (x.data[i] ?? 0) * (data[from + 3 * i + j] ?? 0), 0);
  [0, 1, 2].forEach((j) => {
    const a = z(0, j) + (data[12 + j] ?? 0);
    expect(y?.data[j]).toBeCloseTo(a / (1 + Math.exp(-a)) + z(15, j), 4);
  });
  const saved = await temporaryFolder();
  await saveModel(net, store, saved);
  const stock = await loadStock(saved);
  const again = stock.predict(tf.tensor(x.data, [1, 4]));
  if (Array.isArray(again) || !y) throw new Error("one output expected");
  again.dataSync().forEach((v, i) => expect(v).toBeCloseTo(y.data[i] ?? NaN, 5));
  expect((await loadModel(saved)).network.trainingConfig).toMatchObject({ loss: "mean_absolute_error" });
});

describe("JavaScript modules", () => {
  test.each([
    [
      "a function",
      "export default ({ layers: tfl }) => tfl.sequential({ layers: [tfl.layers.lstm({ units: 2, inputShape: [3, 1] })] });",
    ],
    [
      "a promise",
      "export default async ({ layers: tfl }) => tfl.sequential({ layers: [tfl.layers.lstm({ units: 2, inputShape: [3, 1] })] });",
    ],
  ])("%s that makes a model", async (_, source) => {
    const folder = await folderWith({ "m.mjs": source });
    const { network: net, store, diagnostics } = await loadModel(join(folder, "m.mjs"));
    expect(net.layers.map((l) => l.className)).toEqual(["InputLayer", "LSTM"].slice(-net.layers.length));
    expect([...store.values()].map((p) => p.data.length)).toEqual([8, 16, 8]);
    expect(diagnostics).toEqual([]);
  });
});

/** A class that tfjs-layers does not have: x · scale, with a variable of its own. */
class Scale extends layers.layers.Layer {
  static className = "ScaleForTest";
  private factor: layers.LayerVariable | null = null;
  private fixed: layers.LayerVariable | null = null;
  override build(): void {
    this.factor = this.addWeight("factor", [1], "float32", layers.initializers.constant({ value: 3 }));
    this.fixed = this.addWeight("fixed", [1], "float32", layers.initializers.ones(), undefined, false);
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    if (!x || !this.factor || !this.fixed) throw new Error("not built");
    return tf.mul(tf.mul(x, this.factor.read()), this.fixed.read());
  }
}

describe("classes of the user's", () => {
  const L = layers.layers;
  test("run by their own code, with their variables among ours, and are saved", async () => {
    tf.serialization.registerClass(Scale);
    const backend = await openBackend({ backend: "wasm" });
    const x = layers.input({ shape: [2] });
    const scaled = new Scale({ name: "s" }).apply(x);
    const y =
      scaled instanceof layers.SymbolicTensor ? L.dense({ units: 1, useBias: false }).apply(scaled) : null;
    if (!(y instanceof layers.SymbolicTensor)) throw new Error("no output");
    const { network: net, store } = await loadModel(layers.model({ inputs: x, outputs: y }));
    expect([...parameter(store, "s/factor").data]).toEqual([3]);
    expect(parameter(store, "s/fixed").trainable).toBe(false);
    const kernel = [...store.values()].find((p) => p.key.endsWith("kernel"));
    kernel?.data.set([1, 1]);
    const executor = createExecutor(net, store, backend, { seed: 1 });
    expect([...(executor.predict([dense([1, 2], 1, 2)])[0]?.data ?? [])]).toEqual([9]);
    const batch = { inputs: [dense([1, 2], 1, 2)], targets: [dense([1, 1], 8)], size: 1 };
    // d/df (3f − 8)² at f = 3 is 2 · (9 − 8) · 3.
    expect([...(executor.trainStep(batch, 0).gradients.get("s/factor") ?? [])]).toEqual([6]);
    parameter(store, "s/factor").data[0] = 2;
    executor.upload(["s/factor"]);
    expect([...(executor.predict([dense([1, 2], 1, 2)])[0]?.data ?? [])]).toEqual([6]);
    const folder = await temporaryFolder();
    await saveModel(net, store, folder);
    const stock = await loadStock(folder);
    expect(stock.countParams()).toBe(4);
    executor.dispose();
  });

  test("are named when nobody registered them", async () => {
    const backend = await openBackend({ backend: "wasm" });
    const net = network(chain([2], ["Mystery", {}]));
    expect(() => createExecutor(net, new Map(), backend, { seed: 1 })).toThrow(/P5150.*`l0`.*`Mystery`/);
  });
});

describe("networks without weights", () => {
  test("are drawn by their layers' initializers, the same for a seed", async () => {
    const folder = await folderWith({ "model.json": { modelTopology: topology } });
    const a = await loadModel(folder, { seed: 5 });
    expect(a.diagnostics.map((d) => d.code)).toEqual(["P5116"]);
    expect(await loadModel(folder, { seed: 5 })).toMatchObject({ store: a.store });
    expect((await loadModel(folder, { seed: 6 })).store).not.toEqual(a.store);
  });

  const spread = (
    class_name: string,
    config: object = {},
  ): { mean: number; deviation: number; largest: number } => {
    const net = network(
      chain([200], ["Dense", { units: 100, kernel_initializer: { class_name, config: { ...config } } }]),
    );
    const { data } = parameter(initialStore(net), "l0/kernel");
    const mean = data.reduce((s, v) => s + v, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((s, v) => s + (v - mean) ** 2, 0) / data.length);
    return { mean, deviation, largest: data.reduce((m, v) => Math.max(m, Math.abs(v)), 0) };
  };
  test.each([
    ["Zeros", {}, 0, 0],
    ["Ones", {}, 1, 0],
    ["Constant", { value: 0.3 }, 0.3, 0],
    ["RandomUniform", { minval: 0, maxval: 1 }, 0.5, Math.sqrt(1 / 12)],
    ["RandomNormal", { mean: 2, stddev: 0.5 }, 2, 0.5],
    ["TruncatedNormal", { stddev: 0.1 }, 0, 0.088],
    ["GlorotUniform", {}, 0, Math.sqrt(2 / 300)],
    ["GlorotNormal", {}, 0, Math.sqrt(2 / 300)],
    ["HeNormal", {}, 0, Math.sqrt(2 / 200)],
    ["he_uniform", {}, 0, Math.sqrt(2 / 200)],
    ["LecunNormal", {}, 0, Math.sqrt(1 / 200)],
    ["VarianceScaling", { scale: 3, mode: "fan_out", distribution: "uniform" }, 0, Math.sqrt(3 / 100)],
    ["Orthogonal", {}, 0, Math.sqrt(1 / 200)],
  ])("%s", (name, config, mean, deviation) => {
    const got = spread(name, config);
    expect(Math.abs(got.mean - mean)).toBeLessThan(0.02);
    expect(Math.abs(got.deviation - deviation)).toBeLessThan(0.03 * deviation + 1e-6);
  });

  test("orthogonal columns are orthonormal, also over several axes", () => {
    const net = network(
      chain(
        [6, 6, 2],
        [
          "Conv2D",
          {
            filters: 5,
            kernel_size: [2, 2],
            kernel_initializer: { class_name: "Orthogonal", config: { gain: 2 } },
          },
        ],
      ),
    );
    const { data } = parameter(initialStore(net), "l0/kernel");
    for (let a = 0; a < 5; a++) {
      for (let b = 0; b < 5; b++) {
        const dot = Array.from(
          { length: 8 },
          (_, i) => (data[5 * i + a] ?? 0) * (data[5 * i + b] ?? 0),
        ).reduce((s, v) => s + v, 0);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 5);
      }
    }
  });

  test("an LSTM opens its forget gates where the config says so", () => {
    const net = network(chain([3, 2], ["LSTM", { units: 2, unit_forget_bias: true }]));
    expect([...parameter(initialStore(net), "l0/bias").data]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });

  test("an unknown initializer is a diagnostic", () => {
    const net = network(
      chain([3], ["Dense", { units: 2, kernel_initializer: { class_name: "Magic", config: {} } }]),
    );
    const [layer] = net.layers.filter((l) => l.className === "Dense");
    const [weight] = layer?.weights ?? [];
    if (!layer || !weight) throw new Error("no weight");
    expect(() => initialValues(layer, weight, 1)).toThrow(/P5115.*magic/);
  });
});
