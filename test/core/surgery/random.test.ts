import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import { randomDead } from "../../helpers/masks.js";
import { operationNames, randomNetwork } from "../../helpers/random-network.js";
import { distance, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

const NETWORKS = 560;
const CHUNK = 70;

describe("random networks", () => {
  const used = new Set<string>();
  let compared = 0;
  for (let start = 0; start < NETWORKS; start += CHUNK) {
    it(`slim = masked, seeds ${start} to ${start + CHUNK - 1}`, async () => {
      for (let seed = start; seed < start + CHUNK; seed++) {
        const random = seeded(seed);
        const { model, operations } = randomNetwork(random);
        const label = `seed ${seed}: ${operations.join(", ")}`;
        const { network, diagnostics } = readNetwork(model);
        expect(diagnostics, label).toEqual([]);
        if (!network || network.units.length === 0) continue;
        const store = randomStore(network, random);
        const inputs = randomInputs(network, 2, random);
        const isDead = randomDead(network, 0.5, random);
        zeroChannels(network, store, isDead);
        const masked = await runStock(network, store, inputs, 2);
        const { slimming, diagnostics: problems } = slim(network, isDead);
        expect(problems, label).toEqual([]);
        if (!slimming) continue;
        const slimmed = await runStock(slimming.network, slimStore(slimming, store), inputs, 2);
        expect(distance(slimmed.outputs, masked.outputs), label).toBeLessThan(1e-5);
        expect([masked.params, slimmed.params], label).toEqual([
          costs(network).params,
          costs(network, isDead).params,
        ]);
        for (const name of operations) used.add(name);
        compared++;
      }
    });
  }

  it("compared at least 500 networks, over every operation", () => {
    expect(compared).toBeGreaterThanOrEqual(500);
    expect([...used].sort()).toEqual([...operationNames].sort());
  });
});
