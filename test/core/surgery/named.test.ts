import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import { randomDead } from "../../helpers/masks.js";
import { namedNetworks } from "../../helpers/networks.js";
import { distance, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

describe("slim computes what the masked network computed", () => {
  for (const [name, model] of namedNetworks) {
    it(name, async () => {
      const { network, diagnostics } = readNetwork(model());
      expect(diagnostics).toEqual([]);
      if (!network) return;
      const random = seeded(name.length * 7 + 1);
      const store = randomStore(network, random);
      const inputs = randomInputs(network, 2, random);
      const dense = await runStock(network, store, inputs, 2);
      expect(dense.params).toBe(costs(network).params);

      const isDead = randomDead(network, 0.4, random);
      zeroChannels(network, store, isDead);
      const masked = await runStock(network, store, inputs, 2);
      const { slimming, diagnostics: problems } = slim(network, isDead);
      expect(problems).toEqual([]);
      if (!slimming) return;
      const slimmed = await runStock(slimming.network, slimStore(slimming, store), inputs, 2);
      expect(distance(slimmed.outputs, masked.outputs)).toBeLessThan(1e-5);
      expect(slimmed.params).toBe(costs(network, isDead).params);
      expect(costs(slimming.network)).toEqual(costs(network, isDead));
      expect(slimmed.params).toBeLessThan(dense.params);
      expect(distance(masked.outputs, dense.outputs)).toBeGreaterThan(1e-4);
    });
  }
});
