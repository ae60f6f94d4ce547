import { expect, test } from "vitest";
import { normalizePerLayer } from "../../../core/choose/combine.js";
import { killUnits } from "../../../core/masks/kill.js";
import { dead, living } from "../../../core/masks/state.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { scoreUnits } from "../../../runtime/scores/scores.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, l1, momentOf, pruneOf, settingOf } from "../masks/setting.js";

const everything = {};

test.each(["mean", "max", "l2"] as const)(
  "scores normalized by %s are divided by that of the living of their layer",
  (by) => {
    const setting = settingOf(namedNetworks.get("residual, identity")?.());
    const before = spaceOf(setting, "filters", everything);
    killUnits(
      setting,
      before,
      Uint8Array.from({ length: before.units }, (_, unit) => Number(unit % 3 === 0)),
      dead,
    );
    const space = spaceOf(setting, "filters", everything);
    const given = Float64Array.from({ length: space.entries }, (_, i) => Math.sin(i + 1) * (1 + (i % 5)));
    const scores = given.slice();
    normalizePerLayer(space, scores, by);
    const sizes = new Set<number>();
    for (const { start, end } of space.layers) {
      const alive = Array.from({ length: end - start }, (_, i) => start + i).filter(
        (entry) => space.status[space.entryUnit?.[entry] ?? entry] === living,
      );
      sizes.add(alive.length);
      const magnitudes = alive.map((entry) => Math.abs(given[entry] ?? 0));
      const norm = {
        mean: magnitudes.reduce((a, b) => a + b, 0) / alive.length,
        max: Math.max(...magnitudes),
        l2: Math.hypot(...magnitudes),
      }[by];
      for (let i = start; i < end; i++) expect(scores[i]).toBeCloseTo((given[i] ?? 0) / norm, 12);
    }
    // Layers of one width cannot tell a norm from a mean.
    expect(sizes.size).toBeGreaterThan(1);
  },
);

/** Units of a residual join have several layers that make them, and pass several batch norms. */
async function scoresOf(expr: Parameters<typeof criterionOf>[0], members?: "sum" | "mean" | "max") {
  const setting = settingOf(namedNetworks.get("residual, identity")?.(), 5);
  for (const { key, data } of setting.parameters.values())
    if (/gamma|beta/.test(key))
      data.forEach((_, i) => (data[i] = Math.fround(0.5 + Math.sin(i + key.length))));
  const space = spaceOf(setting, "filters", everything);
  const combining = members === undefined ? {} : { combining: pruneOf({ members }) };
  const request = { id: 1, criterion: criterionOf(expr), space, moment: momentOf(), ...combining };
  const { units, entries } = await scoreUnits(setting, request);
  const layers = new Int32Array(space.units);
  space.entryUnit?.forEach((unit) => (layers[unit] = (layers[unit] ?? 0) + 1));
  return { units, entries, layers, entryUnit: space.entryUnit ?? new Int32Array(0) };
}

test.each([["abs", "gamma"] as const, ["-", "beta"] as const, "random"])(
  "what all members of a unit share is taken once, and as often as written: %j",
  async (expr) => {
    const usual = await scoresOf(expr);
    expect(Math.max(...usual.layers)).toBeGreaterThan(1);
    const once = Float64Array.from(usual.units, () => NaN);
    usual.entryUnit.forEach((unit, entry) => (once[unit] = usual.entries[entry] ?? NaN));
    const [mean, max, sum] = [
      await scoresOf(expr, "mean"),
      await scoresOf(expr, "max"),
      await scoresOf(expr, "sum"),
    ];
    usual.layers.forEach((layers, unit) => {
      const value = once[unit] ?? NaN;
      expect(usual.units[unit]).toBeCloseTo(value, 12);
      expect(mean.units[unit]).toBeCloseTo(value, 12);
      expect(max.units[unit]).toBeCloseTo(value, 12);
      expect(sum.units[unit]).toBeCloseTo(layers * value, 12);
    });
  },
);

test("what differs from member to member adds up, unless something else is written", async () => {
  const sum = await scoresOf(l1);
  const [mean, max] = [await scoresOf(l1, "mean"), await scoresOf(l1, "max")];
  const parts = Array.from(sum.units, (): number[] => []);
  sum.entryUnit.forEach((unit, entry) => parts[unit]?.push(sum.entries[entry] ?? NaN));
  parts.forEach((own, unit) => {
    const total = own.reduce((a, b) => a + b, 0);
    expect(sum.units[unit]).toBeCloseTo(total, 6);
    expect(mean.units[unit]).toBeCloseTo(total / own.length, 6);
    expect(max.units[unit]).toBeCloseTo(Math.max(...own), 6);
  });
});
