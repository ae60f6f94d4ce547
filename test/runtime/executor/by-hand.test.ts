import { beforeAll, expect, test } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { JsonObject } from "../../../core/network/types.js";
import { openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import type { Parameter } from "../../../core/parameters.js";
import type { Dense } from "../../../runtime/types.js";
import { distance, randomInput, randomize, tensorOf } from "./stock.js";

/** Layers that stock gets wrong or cannot run: compared with what their definition says. */

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "wasm" });
});

function run(className: string, config: JsonObject, x: Dense): { y: Dense; weights: Map<string, Parameter> } {
  const { network, diagnostics } = readNetwork({
    class_name: "Sequential",
    config: {
      name: "m",
      layers: [
        {
          class_name: className,
          config: { name: "l", batch_input_shape: [null, ...x.shape.slice(1)], ...config },
        },
      ],
    },
  });
  if (!network) throw new Error(diagnostics.map((d) => d.message).join());
  const weights = new Map(
    network.layers.flatMap((l) =>
      l.weights.map((w): [string, Parameter] => [
        w.key,
        {
          key: w.key,
          shape: w.shape,
          trainable: w.trainable,
          data: new Float32Array(w.shape.reduce((p, n) => p * n, 1)),
        },
      ]),
    ),
  );
  randomize(weights, 3);
  const executor = createExecutor(network, weights, backend, { seed: 1 });
  const [y] = executor.predict([x]);
  executor.dispose();
  if (!y) throw new Error("no output");
  return { y, weights };
}

test("batch normalization over an inner axis", () => {
  const x = randomInput([2, 3, 4, 5], 1);
  const { y, weights } = run("BatchNormalization", { axis: 1, epsilon: 1e-3 }, x);
  const at = (name: string, c: number): number => weights.get(`l/${name}`)?.data[c] ?? NaN;
  const wanted = x.data.map((v, i) => {
    const c = Math.floor(i / 20) % 3;
    return (
      (at("gamma", c) * (v - at("moving_mean", c))) / Math.sqrt(at("moving_variance", c) + 1e-3) +
      at("beta", c)
    );
  });
  expect(distance(y.data, wanted)).toBeLessThan(1e-5);
});

test("centre crop, resizing and category encoding", () => {
  const image = randomInput([2, 8, 8, 3], 1);
  const crop = run("CenterCrop", { height: 4, width: 4 }, image).y;
  const middle = tf.tidy(() => tf.slice(tensorOf(image), [0, 2, 2, 0], [2, 4, 4, 3]).dataSync());
  expect(crop.shape).toEqual([2, 4, 4, 3]);
  expect(distance(crop.data, Float32Array.from(middle))).toBe(0);

  const small = run("Resizing", { height: 5, width: 4, interpolation: "nearest" }, image).y;
  expect(small.shape).toEqual([2, 5, 4, 3]);
  expect(small.data[0]).toBe(image.data[0]);
  expect(small.data[small.data.length - 1]).toBe(image.data[image.data.length - 1]);

  const tokens: Dense = { kind: "dense", data: Float32Array.of(1, 3, 3, 0), shape: [2, 2] };
  const encoded = run("CategoryEncoding", { num_tokens: 4, output_mode: "multiHot" }, tokens).y;
  expect([...encoded.data]).toEqual([0, 1, 0, 1, 1, 0, 0, 1]);
});
