import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import { layerClasses } from "../../../core/network/layers/index.js";
import { layerCases, inStock, layerModel } from "../../helpers/layer-cases.js";
import { runOurs } from "../../helpers/ours.js";
import { distance, loadStock, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

/** Every layer class against stock TensorFlow.js: output shape, variables with their names and shapes, count. */

describe("each layer class as in stock TensorFlow.js", () => {
  for (const item of layerCases.filter(inStock)) {
    it(`${item[0]} ${JSON.stringify(item[1]).slice(0, 90)}`, async () => {
      const { network, diagnostics } = readNetwork(layerModel(item));
      expect(diagnostics).toEqual([]);
      if (!network) return;
      const loaded = await loadStock(network, randomStore(network, seeded(1)));
      const shapes = loaded.outputs.map((tensor) => tensor.shape);
      expect(network.outputs.map((t) => network.tensors[t]?.shape)).toEqual(shapes);
      const ours = network.layers.flatMap((layer) => layer.weights);
      expect(ours.map((w) => [w.savedAs, w.shape, w.trainable])).toEqual(
        loaded.weights
          .map((w) => [w.originalName, w.shape, w.trainable])
          .sort(byTrainable(ours.map((w) => w.savedAs))),
      );
      expect(costs(network).params).toBe(loaded.countParams());
      loaded.dispose();
    });
  }

  it("leaves no known class out", () => {
    const tried = new Set<string>(layerCases.map(([className]) => className));
    expect(Object.keys(layerClasses).filter((name) => !tried.has(name))).toEqual([
      "RandomWidth",
      "InputLayer",
    ]);
  });
});

describe("what is said against stock TensorFlow.js", () => {
  for (const item of layerCases.filter((one) => !inStock(one))) {
    it(`${item[0]} ${JSON.stringify(item[1]).slice(0, 90)} is not the same there`, async () => {
      const { network } = readNetwork(layerModel(item));
      if (!network) throw new Error("not read");
      const store = randomStore(network, seeded(1));
      const inputs = randomInputs(network, 2, seeded(2));
      const ours = await runOurs(network, store, inputs, 2);
      const model = await loadStock(network, store).catch(() => null);
      if (model === null) return;
      const shapes = model.outputs.map(({ shape }) => [2, ...shape.slice(1)]);
      model.dispose();
      if (JSON.stringify(shapes) !== JSON.stringify(ours.shapes)) return;
      const stock = await runStock(network, store, inputs, 2).catch(() => null);
      if (stock !== null) expect(distance(ours.outputs, stock.outputs)).not.toBeLessThan(1e-4);
    });
  }
});

/** Stock lists what is not trained last; the order itself carries no meaning, names do. */
function byTrainable(names: readonly string[]): (a: unknown, b: unknown) => number {
  const at = (item: unknown): number => (Array.isArray(item) ? names.indexOf(String(item[0])) : -1);
  return (a, b) => at(a) - at(b);
}
