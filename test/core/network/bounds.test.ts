import { describe, expect, it } from "vitest";
import { costBounds } from "../../../core/network/cost-bounds.js";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Network, Unit } from "../../../core/network/types.js";
import { resnet50 } from "../../helpers/networks.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { seeded } from "../../helpers/stock.js";

function networks(count: number): readonly Network[] {
  return Array.from(
    { length: count },
    (_, seed) => readNetwork(randomNetwork(seeded(seed + 9000)).model).network,
  ).filter((network) => network !== null);
}

function draw(units: readonly Unit[], count: number, random: () => number): readonly Unit[] {
  const left = [...units];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

function deadness(network: Network, units: readonly Unit[]): (channel: number) => boolean {
  const roots = new Set(units.map((unit) => unit.root));
  return (channel) => roots.has(network.channels.find(channel));
}

describe("cost bounds", () => {
  it("hold for any units that die, on top of any that are dead", () => {
    const random = seeded(5);
    for (const network of networks(60)) {
      const before = draw(network.units, Math.floor(network.units.length / 5), random);
      const rest = network.units.filter((unit) => !before.includes(unit));
      const count = Math.floor(random() * rest.length);
      const bounds = costBounds(network, rest, count, deadness(network, before));
      for (let i = 0; i < 5; i++) {
        const exact = costs(network, deadness(network, [...before, ...draw(rest, count, random)]));
        for (const kind of ["params", "macs"] as const) {
          expect(exact[kind]).toBeGreaterThanOrEqual(bounds[kind].low - 1e-6);
          expect(exact[kind]).toBeLessThanOrEqual(bounds[kind].high + 1e-6);
        }
      }
    }
  });

  it("are exact where there is no choice", () => {
    for (const network of networks(10)) {
      const none = costBounds(network, network.units, 0);
      expect(none.params).toEqual({ low: costs(network).params, high: costs(network).params });
      const one = network.units.slice(0, 1);
      if (one.length === 0) continue;
      const all = costBounds(network, one, 1);
      const exact = costs(network, deadness(network, one));
      expect([all.macs.low, all.macs.high]).toEqual([exact.macs, exact.macs]);
    }
  });

  it("of a large network come at once and are worth something", () => {
    const { network } = readNetwork(resnet50());
    if (!network) throw new Error("not read");
    const start = performance.now();
    const { params } = costBounds(network, network.units, network.units.length / 2);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(params.low).toBeGreaterThanOrEqual(0);
    expect(params.high).toBeLessThan(costs(network).params);
  });
});
