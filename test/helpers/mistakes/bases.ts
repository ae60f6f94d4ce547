import { residual, quarters } from "../../e2e/project.js";
import { randomStream } from "../../../core/random.js";

/** What a case starts from: a whole project in which nothing is wrong. */
export type Base = Readonly<Record<string, string | Uint8Array>>;

const program = (what: string) => `prune ${what} by l1 30%\nslim\n`;

const dense = (name: string, units: number, activation: string, more: object = {}) => ({
  class_name: "Dense",
  config: { name, units, activation, ...more },
});

const weight = (name: string, shape: readonly number[]) => ({ name, shape, dtype: "float32" });

/** 4 numbers to 6 neurons to 3 classes: 51 weights, 204 bytes. */
export const denseModel = {
  format: "layers-model",
  modelTopology: {
    class_name: "Sequential",
    config: {
      name: "dense",
      layers: [dense("h", 6, "relu", { batch_input_shape: [null, 4] }), dense("head", 3, "softmax")],
    },
  },
  weightsManifest: [
    {
      paths: ["weights.bin"],
      weights: [
        weight("h/kernel", [4, 6]),
        weight("h/bias", [6]),
        weight("head/kernel", [6, 3]),
        weight("head/bias", [3]),
      ],
    },
  ],
};

/** Values that differ everywhere, none of them 0. */
const values = (count: number) =>
  new Uint8Array(Float32Array.from({ length: count }, (_, i) => randomStream(1, "case").normal(i)).buffer);

/** Rows of 4 numbers and a class of 3. */
function table(rows: number): string {
  const stream = randomStream(2, "case");
  const row = (i: number) => {
    const numbers = [0, 1, 2, 3].map((column) => stream.normal(4 * i + column).toFixed(3));
    return [...numbers, i % 3].join(",");
  };
  return ["a,b,c,d,label", ...Array.from({ length: rows }, (_, i) => row(i)), ""].join("\n");
}

export const bases: Readonly<Record<string, Base>> = {
  dense: {
    "a.prune": program("neurons"),
    "model.json": JSON.stringify(denseModel),
    "weights.bin": values(51),
    "data/train.csv": table(24),
    "data/test.csv": table(9),
  },
  /** A residual block on 8×8 images, without weights. */
  images: {
    "a.prune": program("filters"),
    "model.json": JSON.stringify(residual),
    "data.npz": quarters(32, 16),
  },
  nothing: {},
};
