import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import { layerClasses } from "../../../core/network/layers/index.js";
import { layerCases, layerModel, withoutStock } from "../../helpers/layer-cases.js";
import { loadStock, randomStore, seeded } from "../../helpers/stock.js";

/** Every layer class against stock TensorFlow.js: output shape, variables with their names and shapes, count. */

describe("each layer class as in stock TensorFlow.js", () => {
  for (const item of layerCases.filter(([className]) => !withoutStock.has(className))) {
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
    const tried = new Set<string>([...layerCases.map(([className]) => className), ...withoutStock]);
    expect(Object.keys(layerClasses).filter((name) => !tried.has(name))).toEqual([]);
  });
});

/** Stock lists what is not trained last; the order itself carries no meaning, names do. */
function byTrainable(names: readonly string[]): (a: unknown, b: unknown) => number {
  const at = (item: unknown): number => (Array.isArray(item) ? names.indexOf(String(item[0])) : -1);
  return (a, b) => at(a) - at(b);
}
