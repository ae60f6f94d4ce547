import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject } from "../../../core/network/types.js";

/** Two dense layers `d` and `e` of one input, and one operation on what they give, in the words of Keras. */
type Operand = "d" | "e" | number;

interface Call {
  /** Name in `tf` and class in `keras.ops`. */
  readonly names: readonly [lambda: string | null, ops: string | null];
  readonly operands: readonly Operand[];
  readonly settings?: JsonObject;
}

const dense = (name: string): JsonObject => ({ class_name: "Dense", name, config: { name, units: 4 } });

function network(node: JsonObject, keras3: boolean) {
  const of = (layer: string): Json => (keras3 ? { args: [tensor(layer)], kwargs: {} } : [[layer, 0, 0, {}]]);
  const input = { class_name: "InputLayer", name: "i", config: { name: "i", batch_input_shape: [null, 4] } };
  const layers = [
    { ...input, inbound_nodes: [] },
    { ...dense("d"), inbound_nodes: [of("i")] },
    { ...dense("e"), inbound_nodes: [of("i")] },
    node,
    { ...dense("o"), inbound_nodes: [of("op")] },
  ];
  const config = { name: "m", layers, input_layers: [["i", 0, 0]], output_layers: [["o", 0, 0]] };
  return readNetwork({ class_name: "Functional", config });
}

const tensor = (layer: string): JsonObject => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, 4], dtype: "float32", keras_history: [layer, 0, 0] },
});

/** As tf_keras writes it: the first operand as if it were a tensor, the second as `y`. */
function lambda({ names: [name], operands: [a = 0, b], settings = {} }: Call, nested: boolean): JsonObject {
  const y: JsonObject = b === undefined ? {} : { y: typeof b === "number" ? b : [b, 0, 0] };
  const more = { ...y, ...settings, name: null };
  const node: Json = typeof a === "number" ? ["_CONSTANT_VALUE", -1, a, more] : [a, 0, 0, more];
  const config = { name: "op", function: name };
  return { class_name: "TFOpLambda", name: "op", config, inbound_nodes: [nested ? [node] : node] };
}

function operation({ names: [, name], operands, settings = {} }: Call, byName: boolean): JsonObject {
  const given = operands.map((one) => (typeof one === "number" ? one : tensor(one)));
  const kwargs = byName ? Object.fromEntries(given.map((one, i) => [`x${i + 1}`, one])) : {};
  return {
    class_name: name,
    module: "keras.src.ops.numpy",
    name: "op",
    config: { name: "op", ...settings },
    inbound_nodes: [{ args: byName ? [] : given, kwargs }],
  };
}

const spellings = (call: Call) => [
  ...(call.names[0] === null
    ? []
    : [network(lambda(call, false), false), network(lambda(call, true), false)]),
  ...(call.names[1] === null
    ? []
    : [network(operation(call, false), true), network(operation(call, true), true)]),
];

const layers: readonly (readonly [Call, string, JsonObject])[] = [
  [{ names: ["__operators__.add", "Add"], operands: ["d", "e"] }, "Add", {}],
  [{ names: ["math.multiply", "Multiply"], operands: ["d", "e"] }, "Multiply", {}],
  [{ names: ["math.maximum", "Maximum"], operands: ["d", "e"] }, "Maximum", {}],
  [{ names: ["__operators__.add", "Add"], operands: ["d", 3] }, "Rescaling", { scale: 1, offset: 3 }],
  [{ names: ["__operators__.add", "Add"], operands: [3, "d"] }, "Rescaling", { scale: 1, offset: 3 }],
  [{ names: ["math.multiply", "Multiply"], operands: ["d", 2] }, "Rescaling", { scale: 2, offset: 0 }],
  [{ names: ["math.subtract", "Subtract"], operands: ["d", 1] }, "Rescaling", { scale: 1, offset: -1 }],
  [{ names: ["math.subtract", "Subtract"], operands: [1, "d"] }, "Rescaling", { scale: -1, offset: 1 }],
  [{ names: ["math.truediv", "TrueDivide"], operands: ["d", 4] }, "Rescaling", { scale: 0.25, offset: 0 }],
  [{ names: ["math.negative", "Negative"], operands: ["d"] }, "Rescaling", { scale: -1, offset: 0 }],
  [{ names: ["nn.relu", "Relu"], operands: ["d"] }, "Activation", { activation: "relu" }],
  [{ names: ["nn.silu", "Silu"], operands: ["d"] }, "Activation", { activation: "swish" }],
  [
    { names: [null, "Softmax"], operands: ["d"], settings: { axis: -1 } },
    "Activation",
    { activation: "softmax" },
  ],
  [
    { names: ["nn.gelu", "Gelu"], operands: ["d"], settings: { approximate: true } },
    "Activation",
    { activation: "gelu_new" },
  ],
  [
    { names: [null, "LeakyRelu"], operands: ["d"], settings: { negative_slope: 0.1 } },
    "LeakyReLU",
    { alpha: 0.1 },
  ],
];

describe("operations among the layers", () => {
  it.each(layers)("%j is the layer %s", (call, className, config) => {
    for (const { network: read, diagnostics } of spellings(call)) {
      expect(diagnostics).toEqual([]);
      if (!read) continue;
      expect(read.layers.find(({ path }) => path === "op")).toMatchObject({ className, config });
      // Every layer that the operation reads is part of the network, in whatever argument it stood.
      const dense = new Set(call.operands.filter((one) => typeof one === "string")).size + 1;
      expect(costs(read).params).toBe(20 * dense);
    }
  });

  it.each<Call>([
    { names: ["math.pow", "Power"], operands: ["d", 2] },
    { names: ["math.truediv", "TrueDivide"], operands: [1, "d"] },
    { names: ["math.truediv", "TrueDivide"], operands: ["d", 0] },
    { names: ["math.truediv", "TrueDivide"], operands: ["d", "e"] },
    { names: ["math.reduce_mean", "Mean"], operands: ["d"], settings: { axis: [1], keepdims: true } },
    { names: [null, "Softmax"], operands: ["d"], settings: { axis: 1 } },
  ])("%j is refused by its name", (call) => {
    for (const { diagnostics } of spellings(call))
      expect(diagnostics.map((one) => `${one.code} ${one.message}`)).toEqual([
        expect.stringMatching(/^P5009 layer `op` is the operation `(?:tf|keras\.ops)\.\w/),
      ]);
  });

  it("refuses a tensor in an argument that no layer takes", () => {
    const gate = dense("op");
    const kwargs = { gate: tensor("e") };
    for (const node of [[["d", 0, 0, { gate: ["e", 0, 0] }]], { args: [tensor("d")], kwargs }])
      expect(network({ ...gate, inbound_nodes: [node] }, true).diagnostics[0]?.message).toMatch(/`gate`/);
  });
});
