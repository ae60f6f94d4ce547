import { beforeAll, describe, expect, test } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject } from "../../../core/network/types.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import { openBackend, tf, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { runOurs } from "../../helpers/ours.js";
import { distance, randomInputs, randomStore, seeded } from "../../helpers/stock.js";
import { labels, network, parameter } from "./helpers.js";

/** Attention within a network that trains and is pruned; `keras-layers.test.ts` compares each layer with Keras. */

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});

const layer = (class_name: string, name: string, config: JsonObject, inbound_nodes: Json): Json => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes,
});
const input = (name: string, steps: number): Json =>
  layer("InputLayer", name, { batch_input_shape: [null, steps, 3] }, []);
const dense = (name: string, of: string): Json => layer("Dense", name, { units: 6 }, [[[of, 0, 0, {}]]]);

/** Two sequences made by dense layers, of which one attends to the other, and a layer that reads what comes out. */
function attending(className: string, config: JsonObject, call: JsonObject): JsonObject {
  const byName = /Query|Multi/.test(className);
  const inbound: Json = byName
    ? [[["queries", 0, 0, { value: ["values", 0, 0], ...call }]]]
    : [
        [
          ["queries", 0, 0, call],
          ["values", 0, 0, call],
        ],
      ];
  const read = { units: 4, activation: "relu" };
  return {
    class_name: "Model",
    keras_version: "2.15.0",
    config: {
      name: "m",
      layers: [
        input("a", 4),
        input("b", 5),
        dense("queries", "a"),
        dense("values", "b"),
        layer(className, "attends", config, inbound),
        layer("Dense", "reads", read, [[["attends", 0, 0, {}]]]),
        layer("GlobalAveragePooling1D", "mean", {}, [[["reads", 0, 0, {}]]]),
        layer("Dense", "tells", { units: 3, activation: "softmax" }, [[["mean", 0, 0, {}]]]),
      ],
      input_layers: [
        ["a", 0, 0],
        ["b", 0, 0],
      ],
      output_layers: [["tells", 0, 0]],
    },
  };
}

const cases: readonly (readonly [string, JsonObject, JsonObject])[] = [
  ["Attention", { use_scale: true }, { use_causal_mask: true }],
  ["Attention", { score_mode: "concat", use_scale: true }, {}],
  ["AdditiveAttention", {}, {}],
  ["MultiHeadAttention", { num_heads: 2, key_dim: 3, value_dim: 2, output_shape: 5, use_gate: true }, {}],
  ["MultiHeadAttention", { num_heads: 2, key_dim: 3, sliding_window: 2 }, { use_causal_mask: true }],
  ["GroupQueryAttention", { head_dim: 2, num_query_heads: 4, num_key_value_heads: 2 }, {}],
];

describe.each(cases)("%s %j", (className, config, call) => {
  const net = network(attending(className, config, call));
  const drawn = () => randomStore(net, seeded(3));

  test("has the gradients of its loss, and leaves no tensors behind", () => {
    const store = drawn();
    const executor = createExecutor(net, store, backend, { seed: 1 });
    const inputs = randomInputs(net, 2, seeded(5)).map((data, i) => ({
      kind: "dense" as const,
      shape: [2, 4 + i, 3],
      data,
    }));
    const batch = { inputs, targets: [labels(3, 0, 2)], size: 2 };
    const { gradients } = executor.trainStep(batch, 0);
    const held = tf.memory().numTensors;
    let checked = 0;
    for (const [key, gradient] of gradients) {
      const { data } = parameter(store, key);
      const at = Math.floor(data.length / 2);
      const [was, step] = [data[at] ?? 0, 1e-2];
      const [up = 0, down = 0] = [was + step, was - step].map((value) => {
        data[at] = value;
        executor.upload([key]);
        return executor.trainStep(batch, 0).loss;
      });
      data[at] = was;
      executor.upload([key]);
      expect(Math.abs((up - down) / (2 * step) - (gradient[at] ?? NaN)), key).toBeLessThan(2e-3);
      if (key.startsWith("attends/") && Math.abs(gradient[at] ?? 0) > 1e-5) checked++;
    }
    expect(checked).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(held);
    executor.dispose();
  });

  test("is a barrier that says why, and what is cut behind it changes nothing else", async () => {
    expect(net.barriers).toEqual([
      { layer: "attends", reason: "attention weighs positions by all channels together" },
    ]);
    const units = net.units.filter((unit) => unit.producers.some((i) => net.layers[i]?.path === "reads"));
    expect(units).toHaveLength(net.units.length);
    const store = drawn();
    const gone = new Set(units.slice(0, 1).flatMap((unit) => unit.channels));
    for (const weight of net.layers.flatMap((one) => one.weights)) {
      const { data, shape } = parameter(store, weight.key);
      for (const { axis, ids } of weight.bindings) {
        const inner = shape.slice(axis + 1).reduce((n, m) => n * m, 1);
        data.forEach((_, i) => {
          if (gone.has(ids[Math.floor(i / inner) % ids.length] ?? -1)) data[i] = 0;
        });
      }
    }
    const { slimming } = slim(net, (id) => gone.has(id));
    if (!slimming) throw new Error("nothing was cut");
    const inputs = randomInputs(net, 2, seeded(9));
    const before = await runOurs(net, store, inputs, 2);
    const again = network(slimming.network.topology);
    expect(again.layers.find(({ path }) => path === "reads")?.config["units"]).toBe(3);
    const after = await runOurs(again, slimStore(slimming, store), inputs, 2);
    expect(distance(after.outputs, before.outputs)).toBeLessThan(1e-6);
  });
});

test("what Keras reads back: tensors by name, in the spelling of the version that wrote the file", () => {
  const [, , , multi] = cases;
  if (!multi) throw new Error("no case");
  const inboundOf = (version: string): Json | undefined => {
    const given = { ...attending(...multi), keras_version: version };
    const written: { config: { layers: { name: string; inbound_nodes: Json }[] } } = JSON.parse(
      JSON.stringify(network(given).topology),
    );
    return written.config.layers.find(({ name }) => name === "attends")?.inbound_nodes;
  };
  expect(inboundOf("2.15.0")).toEqual([[["queries", 0, 0, { value: ["values", 0, 0] }]]]);
  const tensor = (of: string): Json => ({
    class_name: "__keras_tensor__",
    config: { shape: [null], dtype: "float32", keras_history: [of, 0, 0] },
  });
  expect(inboundOf("3.0.0")).toEqual([
    { args: [], kwargs: { query: tensor("queries"), value: tensor("values") } },
  ]);
});

test.each<readonly [string, JsonObject, RegExp]>([
  [
    "over another axis",
    { num_heads: 2, key_dim: 3, attention_axes: [1, 2] },
    /P5009 .*another axis than time/,
  ],
  ["to several axes", { num_heads: 2, key_dim: 3, output_shape: [2, 3] }, /P5009 .*more than one axis/],
  ["without a width", { num_heads: 2 }, /P5002 `key_dim` of layer `attends`/],
  [
    "penalties within",
    { num_heads: 2, key_dim: 3, activity_regularizer: { class_name: "L2", config: {} } },
    /P5009/,
  ],
])("refused: %s", (_, config, expected) => {
  const { diagnostics } = readNetwork(attending("MultiHeadAttention", config, {}));
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`).join()).toMatch(expected);
});
