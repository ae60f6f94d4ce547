import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { argumentsOf } from "../../../core/network/layers/arguments.js";
import { layerClasses } from "../../../core/network/layers/index.js";
import { readNetwork } from "../../../core/network/read.js";
import type { JsonObject } from "../../../core/network/types.js";

/** Constructor arguments of all layer classes of a library (`oracles/layer-arguments.*`). */
interface Recorded {
  readonly classes: Readonly<Record<string, readonly string[]>>;
}

const libraries = ["keras", "tf_keras", "tfjs"].map((name) => {
  const file = join(import.meta.dirname, `../../oracles/layer-arguments.${name}.json`);
  const recorded: Recorded = JSON.parse(readFileSync(file, "utf8"));
  return [name, recorded.classes] as const;
});

/** Keras writes what is in the way of a fixed batch; TensorFlow.js has a config for cells of its own. */
const model = (className: string, config: JsonObject, shape: readonly number[] = [4, 4, 3]): JsonObject => ({
  class_name: "Sequential",
  config: {
    name: "m",
    layers: [
      { class_name: "InputLayer", config: { name: "i", batch_input_shape: [null, ...shape] } },
      { class_name: className, config: { name: "l", ...config } },
    ],
  },
});

describe.each(libraries)("of every argument of %s it is said what is done with it", (_, classes) => {
  const known = Object.entries(classes).filter(([className]) => argumentsOf(className) !== null);
  it.each(known)("%s", (className, names) => {
    expect(names.filter((name) => argumentsOf(className)?.[name] === undefined)).toEqual([]);
  });
});

it("no answer is given to an argument that no library has", () => {
  const layers = [...Object.keys(layerClasses), "SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells"];
  const everywhere = new Set(libraries.flatMap(([, classes]) => Object.values(classes).flat()));
  const invented = layers.flatMap((className) =>
    Object.keys(argumentsOf(className) ?? {}).filter((name) => !everywhere.has(name)),
  );
  // Of older releases, handed on as `**kwargs`, of the classes of keras.applications and of those with another name in Python, and written into files all the same.
  const handedOn = [
    "bounding_box_format",
    "causal",
    "drop_path_rate",
    "force_generator",
    "fused",
    "head_dim",
    "init_values",
    "key_shape",
    "num_key_value_heads",
    "num_query_heads",
    "projection_dim",
    "query_shape",
    "reverse_state_order",
    "rms_scaling",
    "rng_type",
    "value_shape",
    "virtual_batch_size",
  ];
  expect([...new Set(invented)].sort()).toEqual(handedOn);
});

const said = (given: JsonObject): readonly string[] =>
  readNetwork(given).diagnostics.map(({ code, message }) => `${code} ${message}`);

describe("an argument that is not followed is named", () => {
  const dense = (config: JsonObject) => model("Dense", { units: 2, ...config });
  const inner = (config: JsonObject): JsonObject => ({
    class_name: "LSTM",
    config: { name: "r", units: 2, ...config },
  });
  it.each<[string, JsonObject, RegExp]>([
    ["of no library", dense({ sparkle: 3 }), /^P5010 layer `l` of class Dense states `sparkle` 3,/],
    ["a seed", model("Dropout", { rate: 0.5, seed: 3 }), /^P5010 .*`l` of class Dropout states `seed` 3,/],
    ["half precision", dense({ dtype: "float16" }), /^P5010 .* states `dtype` "float16"/],
    [
      "a policy of Keras 3",
      dense({ dtype: { module: "keras", class_name: "DTypePolicy", config: { name: "mixed_bfloat16" } } }),
      /^P5010 .* states `dtype` "mixed_bfloat16"/,
    ],
    [
      "a quantised policy",
      dense({ dtype: { class_name: "QuantizedDTypePolicy", config: { name: "int8_from_float32" } } }),
      /^P5009 .* states `dtype` "int8_from_float32"/,
    ],
    [
      "weights as small integers",
      dense({ quantization_config: { bits: 4 } }),
      /^P5009 .*quantization_config/,
    ],
    [
      "a regularizer of another kind",
      dense({ kernel_regularizer: { class_name: "OrthogonalRegularizer", config: {} } }),
      /^P5009 .*`kernel_regularizer` of class `OrthogonalRegularizer`/,
    ],
    [
      "a constraint of another kind",
      dense({ kernel_constraint: { class_name: "RadialConstraint", config: {} } }),
      /^P5009 .*`kernel_constraint`/,
    ],
    ["renormalization", model("BatchNormalization", { renorm: true }), /^P5009 .*renorm/],
    [
      "a number in words",
      model("LeakyReLU", { alpha: "steep" }),
      /^P5151 `alpha` of layer `l` is not a number/,
    ],
    [
      "in a layer that is wrapped",
      model("TimeDistributed", {
        layer: { class_name: "Dense", config: { name: "d", units: 2, sparkle: 1 } },
      }),
      /^P5010 .*sparkle/,
    ],
    [
      "in a layer of two directions",
      model("Bidirectional", { layer: inner({ stateful: true }) }, [4, 3]),
      /^P5010 .*LSTM states `stateful`/,
    ],
    [
      "another layer backward",
      model(
        "Bidirectional",
        { layer: inner({}), backward_layer: inner({ go_backwards: true, activation: "relu" }) },
        [4, 3],
      ),
      /^P5009 layer `l` has a `backward_layer` that differs/,
    ],
    [
      "the same layer forward twice",
      model("Bidirectional", { layer: inner({}), backward_layer: inner({}) }, [4, 3]),
      /^P5009 layer `l` has a `backward_layer` that differs/,
    ],
    [
      "in a cell",
      model("RNN", { cell: { class_name: "LSTMCell", config: { name: "c", units: 2, sparkle: 1 } } }, [4, 3]),
      /^P5010 .*LSTMCell states `sparkle`/,
    ],
    [
      "in a cell of a stack",
      model(
        "RNN",
        {
          cell: {
            class_name: "StackedRNNCells",
            config: {
              name: "s",
              cells: [
                { class_name: "GRUCell", config: { name: "c", units: 2, seed: 1, reset_after: false } },
              ],
            },
          },
        },
        [4, 3],
      ),
      /^P5010 .*GRUCell states `seed`/,
    ],
    [
      "in a call",
      {
        class_name: "Functional",
        config: {
          name: "m",
          layers: [
            {
              class_name: "InputLayer",
              name: "i",
              config: { batch_input_shape: [null, 3] },
              inbound_nodes: [],
            },
            {
              class_name: "Dropout",
              name: "d",
              config: { rate: 0.5 },
              inbound_nodes: [[["i", 0, 0, { training: true }]]],
            },
          ],
          input_layers: [["i", 0, 0]],
          output_layers: [["d", 0, 0]],
        },
      },
      /^P5010 layer `d` is called with `training` true/,
    ],
    [
      "an input of unknown size",
      model("Conv1D", { filters: 2, kernel_size: 3 }, [-1, 3]),
      /^P5011 layer `l` reads \[\?, \?, 3\]: MACs/,
    ],
    [
      "in a model within the model",
      { class_name: "Sequential", config: { name: "o", layers: [dense({ sparkle: 3 })] } },
      /^P5010 layer `m>l`/,
    ],
  ])("%s", (_, given, expected) => {
    expect(said(given)).toEqual([expect.stringMatching(expected)]);
  });

  it("usual values are not", () => {
    const turned = { ...inner({ go_backwards: true, activation: "tanh" }) };
    const both = model(
      "Bidirectional",
      { layer: inner({ activation: "tanh" }), backward_layer: turned },
      [4, 3],
    );
    expect(said(both)).toEqual([]);
    expect(JSON.stringify(readNetwork(both).network?.topology)).not.toContain("backward_layer");
    expect(said(dense({ sparkle: null, twinkle: false, dtype: "float32", lora_rank: null }))).toEqual([]);
    expect(said(model("Dropout", { rate: 0.5, seed: null, noise_shape: null }))).toEqual([]);
  });
});
