import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import { costs } from "../../../core/network/costs.js";
import type { JsonObject } from "../../../core/network/types.js";
import { namedNetworks } from "../../helpers/networks.js";
import { asKeras3 } from "../../helpers/networks/keras3.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { loadStock, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

/** Topologies as Keras 3 itself wrote them, with its own count of parameters and output shapes. */

interface Case {
  readonly topology: unknown;
  readonly params: number;
  readonly outputs: readonly (readonly (number | null)[])[];
}

const FOLDER = join(import.meta.dirname, "../../cases/keras3");

function isCase(value: unknown): value is Case {
  return (
    typeof value === "object" &&
    value !== null &&
    "topology" in value &&
    "params" in value &&
    "outputs" in value
  );
}

describe("models of Keras 3", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
    it(`${file} is read as Keras counts it, and loads in stock TensorFlow.js`, async () => {
      const given: unknown = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
      if (!isCase(given)) throw new Error("not a case");
      const { network, diagnostics } = readNetwork(given.topology);
      expect(diagnostics).toEqual([]);
      if (!network) return;
      // Keras 3 finds the class of a model by its module; we read back what is written.
      expect(network.topology).toMatchObject({ module: "keras", keras_version: "3.0.0" });
      expect(readNetwork(network.topology).diagnostics).toEqual([]);
      expect(network.outputs.map((t) => network.tensors[t]?.shape)).toEqual(given.outputs);
      const random = seeded(2);
      const store = randomStore(network, random);
      const model = await loadStock(network, store);
      expect(model.countParams()).toBe(given.params);
      model.dispose();
      const { outputs } = await runStock(network, store, randomInputs(network, 2, random), 2);
      expect(outputs.every((y) => y.every(Number.isFinite))).toBe(true);
    });
  }
});

/** What a topology means, whoever wrote it: weights and what their axes follow, what is tied to what, what comes out, what it costs. */
function meaning(model: JsonObject) {
  const { network, diagnostics } = readNetwork(model);
  if (network === null) throw new Error(diagnostics.map(({ message }) => message).join());
  const { layers, units, tensors, inputs, outputs } = network;
  const { params, macs } = costs(network, () => false);
  return {
    layers: layers.filter(({ weights }) => weights.length > 0).map(({ path, weights }) => [path, weights]),
    units,
    ends: [...inputs, ...outputs].map((tensor) => [tensors[tensor]?.shape, tensors[tensor]?.ids]),
    costs: { params, macs },
  };
}

describe("a network in the spelling of Keras 3 is the same network", () => {
  // Keras 3 writes the shape of a sequential model as a layer of its own: its channels are numbered too.
  const named = [...namedNetworks].filter(([name]) => !/^(nested sequential|sequential with)/.test(name));
  it.each(named)("%s", (_, make) => {
    expect(meaning(asKeras3(make()))).toEqual(meaning(make()));
  });
  it("random ones", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { model } = randomNetwork(seeded(seed));
      expect(meaning(asKeras3(model)), `seed ${seed}`).toEqual(meaning(model));
    }
  });
});
