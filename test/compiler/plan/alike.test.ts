import { expect, test } from "vitest";
import type { Network, Unit } from "../../../core/network/types.js";
import { alike, axesOf } from "../../../compiler/plan/alike.js";
import { networkOf } from "../../core/masks/setting.js";
import { namedNetworks } from "../../helpers/networks.js";

function byKey(units: readonly Unit[]): readonly (readonly Unit[])[] {
  const groups = new Map<string, Unit[]>();
  for (const unit of units) {
    const key = unit.producers.join();
    groups.set(key, [...(groups.get(key) ?? []), unit]);
  }
  return [...groups.values()];
}

/** How often a unit stands on each axis. */
const standing = (network: Network, { root }: Unit): string =>
  [...axesOf(network)]
    .map((ids) => [...ids].filter((id) => network.channels.find(id) === root).length)
    .join();

/** The definition: the same axes, each equally often, unit by unit. */
const standAlike = (model: unknown, groups: (units: readonly Unit[]) => readonly (readonly Unit[])[]) => {
  const network = networkOf(model);
  const made = groups(network.units).filter((group) => group.length > 0);
  const wanted = made.map((group) => {
    return new Set(group.map((unit) => standing(network, unit))).size === 1;
  });
  return { found: alike(network, made), wanted };
};

test.each([...namedNetworks])("units of %s stand alike where each stands on the same axes", (_, make) => {
  const byMakers = standAlike(make(), (units) => [...byKey(units)]);
  expect(byMakers.found).toEqual(byMakers.wanted);
  // Groups of neighbours run across layers, so that some of them differ.
  const mixed = standAlike(make(), (units) => [units.slice(0, 5), units.slice(5, 14), units.slice(14)]);
  expect(mixed.found).toEqual(mixed.wanted);
});

test("units of different layers do not", () => {
  const { found } = standAlike(namedNetworks.get("plain")?.(), (units) => [units]);
  expect(found).toEqual([false]);
});
