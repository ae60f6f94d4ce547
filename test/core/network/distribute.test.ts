import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject, Network } from "../../../core/network/types.js";
import { loadStock, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

const layer = (
  class_name: string,
  name: string,
  config: JsonObject,
  ...from: readonly string[]
): JsonObject => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes: from.length === 0 ? [] : [from.map((one): Json => [one, 0, 0, {}])],
});

const model = (name: string, layers: readonly JsonObject[], input: string, output: string): JsonObject => ({
  class_name: "Functional",
  config: { name, layers, input_layers: [[input, 0, 0]], output_layers: [[output, 0, 0]] },
});

/** A small network with a join and a model within, of one step. */
const convolve = (name: string, from: string) =>
  layer("Conv2D", name, { filters: 4, kernel_size: [3, 3], padding: "same", activation: "relu" }, from);
const inner: JsonObject = {
  class_name: "Sequential",
  config: {
    name: "inner",
    layers: [
      { class_name: "BatchNormalization", config: { name: "n", batch_input_shape: [null, 6, 6, 8] } },
      { class_name: "Flatten", config: { name: "f" } },
    ],
  },
};
const step = model(
  "step",
  [
    layer("InputLayer", "i", { batch_input_shape: [null, 6, 6, 3] }),
    convolve("a", "i"),
    convolve("b", "i"),
    layer("Add", "sum", {}, "a", "b"),
    layer("Concatenate", "cat", { axis: 3 }, "sum", "a"),
    { ...inner, name: "inner", inbound_nodes: [[["cat", 0, 0, {}]]] },
    layer("Dense", "d", { units: 5 }, "inner"),
  ],
  "i",
  "d",
);
const over = (wrapped: Json): Network => {
  const { network, diagnostics } = readNetwork(
    model(
      "whole",
      [
        layer("InputLayer", "x", { batch_input_shape: [null, 4, 6, 6, 3] }),
        layer("TimeDistributed", "time", { layer: wrapped }, "x"),
        layer("LSTM", "l", { units: 3 }, "time"),
      ],
      "x",
      "l",
    ),
  );
  if (!network) throw new Error(diagnostics.map(({ message }) => message).join());
  return network;
};

describe("TimeDistributed around a model", () => {
  it("is the model with each layer over time, in stock TensorFlow.js too", async () => {
    const network = over(step);
    // Two convolutions, a norm of 8 channels, a dense layer of 288 to 5, an LSTM of 5 to 3.
    expect(costs(network).params).toBe(2 * (27 * 4 + 4) + 32 + (288 * 5 + 5) + 4 * 3 * (5 + 3 + 1));
    expect(network.layers.map(({ path }) => path)).toContain("time>inner>n");
    expect(network.units.some(({ producers }) => producers.length === 2)).toBe(true);
    const random = seeded(1);
    const store = randomStore(network, random);
    const stock = await loadStock(network, store);
    expect(stock.countParams()).toBe(costs(network).params);
    stock.dispose();
    const { outputs } = await runStock(network, store, randomInputs(network, 2, random), 2);
    expect(outputs[0]?.every(Number.isFinite)).toBe(true);
  });

  it("is refused where time would move what is joined", () => {
    const dot = model(
      "step",
      [layer("InputLayer", "i", { batch_input_shape: [null, 3] }), layer("Dot", "p", { axes: 1 }, "i", "i")],
      "i",
      "p",
    );
    expect(() => over(dot)).toThrow(/`time` wraps a model with a Dot in it/);
  });
});
