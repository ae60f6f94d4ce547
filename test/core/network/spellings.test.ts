import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject, Network } from "../../../core/network/types.js";
import { blocks, sequential, topology } from "../../helpers/networks.js";
import { loadStock, randomStore, seeded } from "../../helpers/stock.js";

function read(model: unknown): Network {
  const { network, diagnostics } = readNetwork(model);
  if (!network) throw new Error(diagnostics.map((d) => d.message).join());
  return network;
}

/** Replaces keys and values anywhere in a model. */
function rewrite(model: Json, change: (key: string, value: unknown) => unknown): Json {
  const copy: Json = JSON.parse(JSON.stringify(model), (key, value: unknown) => change(key, value));
  return copy;
}

const model = ((): JsonObject => {
  const b = topology();
  const k = blocks(b);
  const x = k.cbr(b.input([8, 8, 3]), 6);
  return b.build([k.dense(k.flatten(k.add(x, k.conv(x, 6))), 3)]);
})();

describe("one model in many spellings", () => {
  const plain = JSON.stringify(read(model).topology["config"]);

  it("in any wrapping", () => {
    const wraps: readonly unknown[] = [
      { modelTopology: model },
      { modelTopology: { model_config: model, keras_version: "2.15.0" }, weightsManifest: [] },
      { model_config: model },
      {
        format: "layers-model",
        modelTopology: { keras_version: "2.4.0", model_config: model, training_config: { loss: "mse" } },
      },
      { ...model, class_name: "Functional" },
    ];
    for (const wrap of wraps) expect(JSON.stringify(read(wrap).topology["config"])).toBe(plain);
    expect(read(wraps[3]).trainingConfig).toEqual({ loss: "mse" });
  });

  it("with lists for axes, sizes as one number, policies as objects", () => {
    const axisList = rewrite(model, (key, value) => (key === "axis" ? [3] : value));
    expect(read(axisList).channels.count).toBe(read(model).channels.count);
    expect(read(axisList).barriers).toEqual([]);
    const single = rewrite(model, (key, value) =>
      key === "kernel_size" || key === "strides" ? (Array.isArray(value) ? value[0] : value) : value,
    );
    expect(read(single).units.length).toBe(read(model).units.length);
    const policy = {
      module: "keras",
      class_name: "DTypePolicy",
      config: { name: "float32" },
      registered_name: null,
    };
    const typed = rewrite(model, (key, value) => (key === "dtype" ? policy : value));
    expect(JSON.stringify(read(typed).topology["config"])).toBe(plain);
  });

  it("names regularizers and activations as TensorFlow.js does", () => {
    const config = {
      units: 3,
      activation: { module: "builtins", class_name: "function", config: "silu", registered_name: "function" },
      kernel_regularizer: {
        module: "keras.regularizers",
        class_name: "L2",
        config: { l2: 0.1 },
        registered_name: null,
      },
      batch_input_shape: [null, 4],
    };
    const layer = read(sequential([["Dense", config]])).layers[0];
    expect(layer?.config["activation"]).toBe("swish");
    expect(layer?.config["kernel_regularizer"]).toEqual({ class_name: "L1L2", config: { l1: 0, l2: 0.1 } });
  });
});

describe("names", () => {
  it("are made unique and valid for stock TensorFlow.js, paths stay", async () => {
    const inner = topology();
    const sub = inner.build([inner.call("Dense", { units: 4 }, [inner.input([4], "in put")], "d")], "sub");
    const b = topology();
    const x = b.call("Dense", { units: 4 }, [b.nest(sub, [b.input([4], "größe")], "m")], "d");
    const network = read(b.build([b.call("Dense", { units: 2 }, [x], "a layer: é")]));
    expect(network.layers.map((l) => l.path)).toEqual(["größe", "m>in put", "m>d", "d", "a layer: é"]);
    expect(new Set(network.layers.map((l) => l.name)).size).toBe(5);
    const loaded = await loadStock(network, randomStore(network, seeded(1)));
    expect(loaded.countParams()).toBe(20 + 20 + 10);
    loaded.dispose();
  });

  it("follow what is frozen, models within models included", () => {
    const frozen = sequential([["Dense", { units: 4, batch_input_shape: [null, 4] }]], "sub");
    const config = frozen["config"];
    const inner = { ...frozen, config: { ...(typeof config === "object" ? config : {}), trainable: false } };
    const b = topology();
    const x = b.nest(inner, [b.input([4])], "m");
    const y = b.call("Dense", { units: 4, trainable: false }, [b.call("Dense", { units: 4 }, [x])]);
    const network = read(b.build([y]));
    const weights = network.layers.flatMap((l) => l.weights).filter((w) => w.isKernel);
    expect(weights.map((w) => w.trainable)).toEqual([false, true, false]);
  });
});
