import fc from "fast-check";
import { expect, test } from "vitest";
import type { PruneIr, RegrowIr, ScopeIr, StructureIr } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";
import { expectForeseen, expectRecord, foreseen } from "./setting.js";

/** Drops whose units, or others in their stead, come back: what the plan says is dead after each against the engine. */

const structure = fc.constantFrom<StructureIr>("weights", "weights", "units", "kernels");
const kinds = fc.constantFrom<Exclude<ScopeIr, "group">>("local", "global", "sign", "sign", "row");
const regrow = (includingDropped: boolean): RegrowIr => ({
  kind: "regrow",
  id: 1,
  text: "regrow",
  by: criterionOf("random"),
  values: "zero",
  includingDropped,
});
const step: fc.Arbitrary<PruneIr> = fc
  .record({
    name: structure,
    kind: kinds,
    share: fc.constantFrom(0.1, 0.3, 0.5, 0.9),
    amount: fc.constantFrom("drop" as const, "drop" as const, "to" as const),
    back: fc.constantFrom(null, true, false, false),
  })
  .map(({ name, kind, share, amount, back }) => {
    const single = name === "weights" || kind === "local" || kind === "global";
    return pruneOf({
      structure: name,
      scope: single ? kind : "local",
      [amount]: share,
      by: criterionOf("random"),
      ...(back === null ? {} : { regrow: regrow(back) }),
    });
  });

const models = fc.constantFrom(...namedNetworks.values());

test("kernels that are dropped and come back at once keep the dead weights they have", async () => {
  const model = namedNetworks.get("plain")?.();
  const random = { by: criterionOf("random") };
  const list = [
    pruneOf({ ...random, structure: "weights", drop: 0.3 }),
    pruneOf({ ...random, structure: "kernels", drop: 0.9, regrow: regrow(true) }),
    pruneOf({ ...random, structure: "weights", to: 0 }),
  ];
  const [first, , , last] = foreseen(networkOf(model), list).plan.events;
  const setting = settingOf(model);
  let record;
  for (const [i, one] of list.entries()) record = await prune(setting, one, momentOf(i));
  expect(record?.dead).toBe(first?.dead);
  expect(last?.dead).toMatchObject({ about: record?.dead });
});

test("a paired regrow gives back what its prune took, as far as there are candidates", async () => {
  await fc.assert(
    fc.asyncProperty(models, fc.array(step, { minLength: 2, maxLength: 5 }), async (make, list) => {
      const network = networkOf(make());
      const { events } = foreseen(network, list).plan;
      const setting = settingOf(make());
      let next = 0;
      for (const [i, one] of list.entries()) {
        const record = await prune(setting, one, momentOf(i));
        next += one.regrow === undefined ? 1 : 2;
        const event = events[next - 1];
        // What single weights leave of kernels after a swap is drawn as if the dead lay anywhere: that can be far off.
        const near = list.slice(0, i).every(({ structure: other }) => other === one.structure);
        expectRecord(event, record, near);
        if (near && one.regrow !== undefined && event !== undefined && event.reachable !== null)
          expectForeseen(event.reachable, record.revived, record.total, "revived");
      }
    }),
    { numRuns: runs(40, 400) },
  );
});

test("what a layer regains with what it dropped among the candidates is known whatever was dropped", () => {
  const network = networkOf(namedNetworks.get("plain")?.());
  const pruned = (given: Partial<PruneIr>) => pruneOf({ structure: "weights", ...given });
  const swap = pruned({ scope: "sign", regrow: regrow(true) });
  const steps = [pruned({ to: 0.75 }), swap, swap, swap];
  const { events } = foreseen(network, steps).plan;
  expect(events.at(-1)?.dead).toEqual(events[0]?.dead);
  expect(events.at(-2)?.dead).not.toEqual(events[0]?.dead);
});

test("what a swap of filters does to the weights in them is drawn, and not called exact", async () => {
  const model = namedNetworks.get("plain")?.();
  const random = { by: criterionOf("random") };
  const filters = (value: number, more: Partial<PruneIr> = {}) =>
    pruneOf({ ...random, drop: value, ...more });
  const weights = pruneOf({
    ...random,
    structure: "weights",
    drop: 0.1,
  });
  const steps = [filters(0.5), weights, filters(0.3, { regrow: regrow(false) }), weights];
  const { events } = foreseen(networkOf(model), steps).plan;
  expect(typeof events[1]?.dead).toBe("number");
  expect(events.at(-1)?.dead).toMatchObject({ about: expect.any(Number) as number });
  for (let seed = 1; seed < 20; seed++) {
    const setting = settingOf(model, seed);
    let record;
    for (const [i, one] of steps.entries()) record = await prune({ ...setting, seed }, one, momentOf(i));
    if (record !== undefined) expectRecord(events.at(-1), record);
  }
});
