import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
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
