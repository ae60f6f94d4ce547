import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataSource, IndexedSplit } from "../../../runtime/data/types.js";
import { randomStream } from "../../../core/random.js";
import type { RunOptions } from "../../../runtime/run/host/options.js";

/** Data that a small network learns: 8×8 images of one of 4 bright quarters, with noise. */
export function quarters(train = 96, test = 48): DataSource {
  return {
    train: split(train, 1),
    test: split(test, 2),
    describe: () => ({
      name: "quarters",
      inputs: [[8, 8, 1]],
      targets: [{ kind: "labels", classes: 4 }],
      train,
      test,
    }),
  };
}

function split(examples: number, which: number): IndexedSplit {
  return {
    kind: "indexed",
    examples,
    gather(indices) {
      const data = new Float32Array(indices.length * 64);
      const labels = new Int32Array(indices.length);
      indices.forEach((example, row) => {
        const noise = randomStream(which, "quarters", example);
        const label = noise.integer(1000, 4);
        labels[row] = label;
        for (let i = 0; i < 64; i++) {
          const quarter = 2 * Number(i >= 32) + Number(i % 8 >= 4);
          data[row * 64 + i] = 0.5 * noise.normal(i) + Number(quarter === label);
        }
      });
      return {
        inputs: [{ kind: "dense", data, shape: [indices.length, 8, 8, 1] }],
        targets: [{ kind: "labels", data: labels, classes: 4 }],
        size: indices.length,
      };
    },
  };
}

const layer = (class_name: string, config: Readonly<Record<string, unknown>>) => ({ class_name, config });

/** A convolution with batch norm, a second one, a dense layer and a soft-max. */
const topology = (units: number, bias: boolean, more: object) => ({
  class_name: "Sequential",
  config: {
    name: "small",
    layers: [
      layer("Conv2D", {
        name: "c1",
        batch_input_shape: [null, 8, 8, 1],
        filters: 6,
        kernel_size: [3, 3],
        padding: "same",
        use_bias: false,
      }),
      layer("BatchNormalization", { name: "b1" }),
      layer("Activation", { name: "r1", activation: "relu" }),
      layer("Conv2D", {
        name: "c2",
        use_bias: bias,
        filters: 8,
        kernel_size: [3, 3],
        strides: [2, 2],
        activation: "relu",
      }),
      layer("Flatten", { name: "flat" }),
      layer("Dense", { name: "d1", units, activation: "relu", ...more }),
      layer("Dense", { name: "head", units: 4, activation: "softmax" }),
    ],
  },
});

/** Path of the small network's model.json, without weights: they are drawn under the run's seed. `dense`: more of `d1`. */
export const smallNetwork = ({ units = 10, bias = true, dense = {} } = {}): string =>
  written(topology(units, bias, dense));

/**
 * Path of a network of a stem and two residual blocks (`x1`, `x2` and `y1`, `y2`) with batch norms, for the same data. `deep`: with
 * one more convolution in the middle of each (`x1b`, `y1b`).
 */
export function residualNetwork({ deep = false } = {}): string {
  const layers: object[] = [];
  const add = (class_name: string, name: string, from: readonly string[], config: object): string => {
    const inbound_nodes = from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])];
    layers.push({ class_name, name, config: { name, ...config }, inbound_nodes });
    return name;
  };
  const convolve = (name: string, from: string, filters: number): string =>
    add(
      "BatchNormalization",
      `${name}n`,
      [add("Conv2D", name, [from], { filters, kernel_size: [3, 3], padding: "same" })],
      {},
    );
  const relu = (name: string, from: string): string =>
    add("Activation", name, [from], { activation: "relu" });
  const input = add("InputLayer", "image", [], { batch_input_shape: [null, 8, 8, 1], dtype: "float32" });
  let last = relu("stemr", convolve("stem", input, 4));
  for (const block of ["x", "y"]) {
    const outer = relu(`${block}1r`, convolve(`${block}1`, last, 6));
    const inner = deep ? relu(`${block}1br`, convolve(`${block}1b`, outer, 5)) : outer;
    const sum = add("Add", `${block}add`, [last, convolve(`${block}2`, inner, 4)], {});
    last = relu(`${block}r`, sum);
  }
  const pooled = add("GlobalAveragePooling2D", "pool", [last], {});
  const head = add("Dense", "head", [pooled], { units: 4, activation: "softmax" });
  const ends = { input_layers: [[input, 0, 0]], output_layers: [[head, 0, 0]] };
  return written({ class_name: "Model", config: { name: "residual", layers, ...ends } });
}

/** Path of a model.json of this topology, without weights. */
export function written(modelTopology: object): string {
  const path = join(mkdtempSync(join(tmpdir(), "espalier-network-")), "model.json");
  writeFileSync(path, JSON.stringify({ format: "layers-model", modelTopology, weightsManifest: [] }));
  return path;
}

export const options = (more: RunOptions = {}): RunOptions => ({
  network: smallNetwork(),
  data: quarters(),
  backend: "wasm",
  batch: 16,
  seed: 3,
  program: "test",
  source: "test.prune",
  latency: false,
  ...more,
});
