import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataSource, IndexedSplit } from "../../../runtime/data/types.js";
import { randomStream } from "../../../runtime/random.js";
import type { RunOptions } from "../../../runtime/run/options.js";

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
const topology = (units: number, bias: boolean) => ({
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
      layer("Dense", { name: "d1", units, activation: "relu" }),
      layer("Dense", { name: "head", units: 4, activation: "softmax" }),
    ],
  },
});

/** Path of the small network's model.json, without weights: they are drawn under the run's seed. */
export function smallNetwork({ units = 10, bias = true } = {}): string {
  const path = join(mkdtempSync(join(tmpdir(), "espalier-network-")), "model.json");
  writeFileSync(
    path,
    JSON.stringify({ format: "layers-model", modelTopology: topology(units, bias), weightsManifest: [] }),
  );
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
