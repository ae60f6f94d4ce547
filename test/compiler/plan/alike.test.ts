import { expect, test } from "vitest";
import { axesOfUnits, costTerms } from "../../../core/network/cost-terms.js";
import type { Unit } from "../../../core/network/types.js";
import { alike } from "../../../compiler/plan/alike.js";
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

/** The definition: the same axes, each equally often, unit by unit. */
const standAlike = (model: unknown, groups: (units: readonly Unit[]) => readonly (readonly Unit[])[]) => {
  const network = networkOf(model);
  const made = groups(network.units).filter((group) => group.length > 0);
  const wanted = made.map((group) => {
    const places = axesOfUnits(network, group, costTerms(network).axes).map((one) => JSON.stringify(one));
    return new Set(places).size === 1;
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
