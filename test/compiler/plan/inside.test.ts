import fc from "fast-check";
import { expect, test } from "vitest";
import type { PruneIr, StructureIr } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";
import { expectRecord, foreseen } from "./setting.js";

/** The plan against the engine, where counts are kept inside kernels. */

const pattern: fc.Arbitrary<Partial<PruneIr>> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .map(([n, more]) => ({ structure: `${n}:${n + more}` }));
const keep: fc.Arbitrary<Partial<PruneIr>> = fc
  .record({
    name: fc.constantFrom("taps" as const, "weights" as const),
    value: fc.integer({ min: 1, max: 10 }),
  })
  .map(({ name, value }) => {
    const structure: StructureIr = name;
    return { structure, ...(name === "weights" ? { keepEach: value } : { keep: value }) };
  });
const share: fc.Arbitrary<Partial<PruneIr>> = fc.constantFrom(0.1, 0.5, 0.9).map((value) => ({
  structure: "weights",
  drop: value,
}));
const filters: fc.Arbitrary<Partial<PruneIr>> = fc.constant({
  structure: "units",
  drop: 0.5,
});
const models = fc.constantFrom(...namedNetworks.values());

async function compare(model: unknown, list: readonly Partial<PruneIr>[]): Promise<readonly boolean[]> {
  const network = networkOf(model);
  const steps = list.map((one, i) => pruneOf({ by: criterionOf("random"), ...one, id: i + 1 }));
  const { events } = foreseen(network, steps).plan;
  const setting = settingOf(model);
  const exact: boolean[] = [];
  for (const [i, step] of steps.entries()) {
    expectRecord(events[i], await prune(setting, step, momentOf(i)));
    exact.push(typeof events[i]?.dead === "number");
  }
  return exact;
}

test("n:m, taps and weights kept in each kernel are foreseen to the unit, the second time too", async () => {
  await fc.assert(
    fc.asyncProperty(models, fc.oneof(pattern, keep), async (make, one) => {
      expect(await compare(make(), [one, one])).toEqual([true, true]);
    }),
    { numRuns: runs(40, 400) },
  );
});

test("what died before is drawn", async () => {
  const any = fc.oneof(pattern, keep, share, filters);
  await fc.assert(
    fc.asyncProperty(models, fc.array(any, { minLength: 2, maxLength: 4 }), async (make, list) => {
      await compare(make(), list);
    }),
    { numRuns: runs(40, 400) },
  );
});

test("softly and latently, the same weights go or are held anew", async () => {
  const manners = fc.constantFrom("softly" as const, "latently" as const);
  await fc.assert(
    fc.asyncProperty(models, pattern, manners, async (make, one, manner) => {
      expect(await compare(make(), [{ ...one, manner }])).toEqual([true]);
      if (manner === "latently")
        expect(
          await compare(make(), [
            { ...one, manner },
            { ...one, manner },
          ]),
        ).toEqual([true, true]);
    }),
    { numRuns: runs(20, 200) },
  );
});
