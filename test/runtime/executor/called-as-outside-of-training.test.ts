import { beforeAll, describe, expect, test } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject } from "../../../core/network/types.js";
import { slim } from "../../../core/surgery/slim.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { dense, initialStore, labels, network, parameter } from "./helpers.js";

/** Calls with `training: false`: Keras 2 keeps the statistics of such a norm and drops nothing, Keras 3 trains it all the same. */

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});

const layer = (
  class_name: string,
  name: string,
  config: JsonObject,
  of: string | null,
  call = {},
): JsonObject => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes: of === null ? [] : [[[of, 0, 0, call]]],
});
const model = (name: string, layers: readonly JsonObject[], first: string, last: string): JsonObject => ({
  class_name: "Functional",
  config: { name, layers, input_layers: [[first, 0, 0]], output_layers: [[last, 0, 0]] },
});
const input = (name: string): JsonObject => layer("InputLayer", name, { batch_input_shape: [null, 4] }, null);
const CALL = { training: false };

/** A norm and a dropout that are called so by themselves, or stand in a model that is. */
function given(nested: boolean, version: string): JsonObject {
  const norm = (of: string, call: JsonObject): readonly JsonObject[] => [
    layer("BatchNormalization", "norm", { momentum: 0.5 }, of, call),
    layer("Dropout", "drop", { rate: 0.5 }, "norm", call),
  ];
  const inner: JsonObject = {
    ...model("inner", [input("j"), ...norm("j", {})], "j", "drop"),
    name: "inner",
    inbound_nodes: [[["made", 0, 0, CALL]]],
  };
  const last = nested ? "inner" : "drop";
  const tells = { units: 2, activation: "softmax" };
  const layers = [
    input("i"),
    layer("Dense", "made", { units: 4 }, "i"),
    ...(nested ? [inner] : norm("made", CALL)),
    { ...layer("Dense", "tells", tells, last), inbound_nodes: [[[last, nested ? 1 : 0, 0, {}]]] as Json },
  ];
  return { ...model("m", layers, "i", "tells"), keras_version: version };
}

const batch = {
  inputs: [dense([2, 4], 1, 2, 3, 4, 5, -6, 7, 8)],
  targets: [labels(2, 0, 1)],
  size: 2,
};

describe.each([false, true])("in a model within the model: %s", (nested) => {
  const trained = (net: ReturnType<typeof network>) => {
    const store = initialStore(net);
    const executor = createExecutor(net, store, backend, { seed: 1 });
    const tested = executor.evaluate(batch).loss;
    const { loss, gradients } = executor.trainStep(batch, 0);
    executor.dispose();
    const [mean] = [...store.keys()].filter((key) => key.endsWith("norm/moving_mean"));
    return { tested, loss, gradients: [...gradients.keys()], mean: [...parameter(store, mean ?? "").data] };
  };

  test("of Keras 2: stored statistics, nothing dropped, and what it scales by trains", () => {
    const net = network(given(nested, "2.15.0"));
    expect(readNetwork(given(nested, "2.15.0")).diagnostics).toEqual([]);
    const { tested, loss, mean, gradients } = trained(net);
    expect(loss).toBeCloseTo(tested / batch.size, 5);
    expect(mean).toEqual([0, 0, 0, 0]);
    expect(gradients.some((key) => key.endsWith("norm/gamma"))).toBe(true);
    // Written and read again, and with nested models laid flat, it is the same.
    expect(trained(network(net.topology)).mean).toEqual([0, 0, 0, 0]);
    const { slimming } = slim(net, () => false);
    expect(slimming && trained(network(slimming.network.topology)).mean).toEqual([0, 0, 0, 0]);
  });

  test("of Keras 3: as any other, which is told", () => {
    const { diagnostics } = readNetwork(given(nested, "3.3.0"));
    expect(diagnostics.map(({ code, notes }) => [code, notes?.[0]])).toEqual([
      ["P5010", "Keras 3 itself trains such a layer in `fit`, with the statistics of batches"],
    ]);
    expect(trained(network(given(nested, "3.3.0"))).mean).not.toEqual([0, 0, 0, 0]);
  });
});
