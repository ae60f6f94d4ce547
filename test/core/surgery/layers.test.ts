import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { JsonObject } from "../../../core/network/types.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import { layerCases, type LayerCase } from "../../helpers/layer-cases.js";
import { randomDead } from "../../helpers/masks.js";
import { topology } from "../../helpers/networks.js";
import { runOurs } from "../../helpers/ours.js";
import { distance, randomInputs, randomStore, seeded } from "../../helpers/stock.js";

/** A case between layers that make its channels and one that reads what it gives. */
function between([className, config, ...shapes]: LayerCase): JsonObject {
  const b = topology();
  const made = shapes.map((shape) =>
    b.call("Dense", { units: shape[shape.length - 1] ?? 1 }, [b.input(shape)]),
  );
  const subject = b.call(className, config, made, "subject");
  return b.build([b.call("Dense", { units: 3 }, [subject])]);
}

const READ_AS_NUMBERS = ["Embedding", "CategoryEncoding"];

describe("each layer class slimmed computes what it computed masked", () => {
  for (const item of layerCases.filter(([className]) => !READ_AS_NUMBERS.includes(className))) {
    it(`${item[0]} ${JSON.stringify(item[1]).slice(0, 90)}`, async () => {
      const { network, diagnostics } = readNetwork(between(item));
      // One that states a shape without a batch cannot be read behind.
      if (diagnostics.some(({ code }) => code === "P5006")) return;
      expect(network, diagnostics.map(({ message }) => message).join()).not.toBe(null);
      if (!network || network.units.length === 0) return;
      const random = seeded(5);
      const store = randomStore(network, random);
      const inputs = randomInputs(network, 2, random);
      const isDead = randomDead(network, 0.5, random);
      zeroChannels(network, store, isDead);
      const masked = await runOurs(network, store, inputs, 2);
      const { slimming, diagnostics: problems } = slim(network, isDead);
      expect(problems).toEqual([]);
      if (!slimming) return;
      const slimmed = await runOurs(slimming.network, slimStore(slimming, store), inputs, 2);
      expect(distance(slimmed.outputs, masked.outputs)).toBeLessThan(1e-5);
    });
  }
});
