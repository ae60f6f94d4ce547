import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, Network } from "../../../core/network/types.js";
import { collapse } from "../../../core/network/collapse.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimSlots, slimStore } from "../../../core/surgery/slim.js";
import type { Slots } from "../../../core/parameters.js";
import { randomDead } from "../../helpers/masks.js";
import { namedNetworks } from "../../helpers/networks.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { distance, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

function read(model: Json): Network {
  const { network } = readNetwork(model);
  if (!network) throw new Error("not read");
  return network;
}

describe("slimming again", () => {
  it("is slimming once by both, and channel numbers stay those of the first", async () => {
    for (let seed = 0; seed < 25; seed++) {
      const random = seeded(seed + 40);
      const network = read(randomNetwork(random).model);
      const store = randomStore(network, random);
      const first = randomDead(network, 0.3, random);
      zeroChannels(network, store, first);
      const once = slim(network, first).slimming;
      if (!once) throw new Error("not slimmed");
      const second = randomDead(once.network, 0.3, random);
      const both = (id: number): boolean => first(id) || second(id);
      const smallStore = slimStore(once, store);
      zeroChannels(once.network, smallStore, second);
      const twice = slim(once.network, second).slimming;
      zeroChannels(network, store, both);
      const direct = slim(network, both).slimming;
      if (!twice || !direct) throw new Error("not slimmed");
      expect(JSON.stringify(twice.network.topology)).toBe(JSON.stringify(direct.network.topology));
      expect(costs(twice.network)).toEqual(costs(direct.network));
      expect([...slimStore(twice, smallStore)]).toEqual([...slimStore(direct, store)]);
      expect(twice.network.units.map((u) => u.root)).toEqual(
        network.units.map((u) => u.root).filter((root) => !both(root)),
      );
      expect(costs(network, both)).toEqual(costs(direct.network));
    }
  });

  it("rereads its own topology as the same network", () => {
    for (const make of namedNetworks.values()) {
      const network = read(make());
      const { slimming } = slim(network, randomDead(network, 0.5, seeded(1)));
      if (!slimming) throw new Error("not slimmed");
      const again = read(slimming.network.topology);
      const shapes = (n: Network): Json =>
        n.layers.flatMap((l) => l.weights.map((w): Json => [w.savedAs, [...w.shape]]));
      expect(shapes(again)).toEqual(shapes(slimming.network));
      expect(again.tensors.map((t) => t.shape)).toEqual(slimming.network.tensors.map((t) => t.shape));
      expect(costs(again).macs).toBe(costs(slimming.network).macs);
      expect(again.units.length).toBe(slimming.network.units.length);
    }
  });

  it("cuts slots and any other arrays along with their weights", () => {
    const network = read(namedNetworks.get("lstm")?.() ?? null);
    const store = randomStore(network, seeded(1));
    const slots: Slots = new Map([...store].map(([key, p]) => [key, { momentum: p.data.slice() }] as const));
    const isDead = randomDead(network, 0.5, seeded(2));
    zeroChannels(network, store, isDead, slots);
    for (const [key, parameter] of store) expect(slots.get(key)?.["momentum"]).toEqual(parameter.data);
    const { slimming } = slim(network, isDead);
    if (!slimming) throw new Error("not slimmed");
    const cut = slimSlots(slimming, slots);
    for (const [key, parameter] of slimStore(slimming, store))
      expect(cut.get(key)?.["momentum"]).toEqual(parameter.data);
    expect(slimming.cut("nowhere/kernel", new Float32Array(3))).toBeNull();
  });
});

describe("whole layers emptied at random", () => {
  it("go exactly, or are refused by name", async () => {
    let gone = 0;
    let refused = 0;
    for (let seed = 0; seed < 100 || (seed < 400 && Math.min(gone, refused) <= 10); seed++) {
      const random = seeded(seed + 700);
      const network = read(randomNetwork(random, 7).model);
      const layers = network.layers.map((_, i) => i).filter(() => random() < 0.12);
      const roots = new Set(
        network.units.filter((u) => u.producers.some((p) => layers.includes(p))).map((u) => u.root),
      );
      const some = randomDead(network, 0.2, random);
      const isDead = (id: number): boolean => some(id) || roots.has(network.channels.find(id));
      const fate = collapse(network, isDead);
      const { slimming, diagnostics } = slim(network, isDead, { allowingCollapse: true });
      if (!slimming) {
        expect(diagnostics.map((d) => d.code)).toEqual(["P4021"]);
        refused++;
        continue;
      }
      if (slimming.network.calls.length < network.calls.length) gone++;
      const store = randomStore(network, random);
      const inputs = randomInputs(network, 2, random);
      zeroChannels(network, store, fate.isDead);
      for (const key of fate.silenced) store.get(key)?.data.fill(0);
      const masked = await runStock(network, store, inputs, 2);
      const slimmed = await runStock(slimming.network, slimStore(slimming, store), inputs, 2);
      expect(distance(slimmed.outputs, masked.outputs), `seed ${seed}`).toBeLessThan(1e-5);
      expect(slimmed.params, `seed ${seed}`).toBe(costs(slimming.network).params);
    }
    expect(gone).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
