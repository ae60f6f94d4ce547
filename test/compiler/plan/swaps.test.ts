import fc from "fast-check";
import { expect, test } from "vitest";
import type { Ir, PruneIr, RegrowIr, ScopeIr, StepIr, StructureIr } from "../../../core/ir/types.js";
import { makePlan } from "../../../compiler/plan/plan.js";
import { networkWorld } from "../../../compiler/plan/network-world.js";
import { simulate } from "../../../compiler/plan/simulate.js";
import { prune } from "../../core/masks/setting.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";

/** Drops whose units, or others in their stead, come back: what the plan says is dead after each against the engine. */

const structure = fc.constantFrom<StructureIr["name"]>("weights", "weights", "units", "kernels");
const kinds = fc.constantFrom<Exclude<ScopeIr["kind"], "group">>("local", "global", "sign", "sign", "row");
const regrow = (includingDropped: boolean): RegrowIr => ({
  kind: "regrow",
  id: 1,
  text: "regrow",
  criterion: criterionOf("random"),
  values: "zero",
  includingDropped,
});
const step: fc.Arbitrary<PruneIr> = fc
  .record({
    name: structure,
    kind: kinds,
    share: fc.constantFrom(0.1, 0.3, 0.5, 0.9),
    amount: fc.constantFrom("drop-share" as const, "drop-share" as const, "target" as const),
    back: fc.constantFrom(null, true, false, false),
  })
  .map(({ name, kind, share, amount, back }) => {
    const single = name === "weights" || kind === "local" || kind === "global";
    return pruneOf({
      structure: name === "blocks" || name === "strided" || name === "n:m" ? { name: "weights" } : { name },
      scope: { kind: single ? kind : "local" },
      amount: { kind: amount, value: share },
      criterion: criterionOf("random"),
      ...(back === null ? {} : { regrow: regrow(back) }),
    });
  });

const models = fc.constantFrom(...namedNetworks.values());

test("a paired regrow gives back what its prune took, as far as there are candidates", async () => {
  await fc.assert(
    fc.asyncProperty(models, fc.array(step, { minLength: 2, maxLength: 5 }), async (make, list) => {
      const network = networkOf(make());
      const body: readonly StepIr[] = list.map((one, i) => ({ ...one, id: i + 1 }));
      const ir: Ir = { ir: 1, source: "p.prune", network: null, data: null, body, plan: null };
      const { events } = makePlan(network, simulate(ir, networkWorld(network), { batch: 32 }));
      const setting = settingOf(make());
      let next = 0;
      for (const [i, one] of list.entries()) {
        const record = await prune(setting, one, momentOf(i));
        next += one.regrow === undefined ? 1 : 2;
        const event = events[next - 1];
        if (event === undefined) throw new Error("every drop and every regrow is an event");
        expect(event.dead?.[0]).toBeLessThanOrEqual(record.dead);
        expect(event.dead?.[1]).toBeGreaterThanOrEqual(record.dead);
        for (const { layer, live } of record.layers) {
          const planned = event.layers.find((each) => each.layer === layer)?.live;
          if (planned === undefined) continue;
          expect(planned[0]).toBeLessThanOrEqual(live);
          expect(planned[1]).toBeGreaterThanOrEqual(live);
        }
        if (one.regrow === undefined || event.reachable === null) continue;
        expect(event.reachable[0]).toBeLessThanOrEqual(record.revived);
        expect(event.reachable[1]).toBeGreaterThanOrEqual(record.revived);
      }
    }),
    { numRuns: runs(40, 400) },
  );
});

test("what a layer regains with what it dropped among the candidates is known whatever was dropped", () => {
  const network = networkOf(namedNetworks.get("plain")?.());
  const pruned = (given: Partial<PruneIr>) => pruneOf({ structure: { name: "weights" }, ...given });
  const swap = pruned({ scope: { kind: "sign" }, regrow: regrow(true) });
  const steps = [pruned({ amount: { kind: "target", value: 0.75 } }), swap, swap, swap];
  const body: readonly StepIr[] = steps.map((one, i) => ({ ...one, id: i + 1 }));
  const ir: Ir = { ir: 1, source: "p.prune", network: null, data: null, body, plan: null };
  const { events } = makePlan(network, simulate(ir, networkWorld(network), { batch: 32 }));
  expect(events.at(-1)?.dead).toEqual(events[0]?.dead);
  expect(events.at(-2)?.dead).not.toEqual(events[0]?.dead);
});
