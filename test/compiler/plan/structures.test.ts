import fc from "fast-check";
import { test } from "vitest";
import type { PruneIr, RegrowIr, StructureIr } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { regrow } from "../../core/masks/setting.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";
import { expectRecord, foreseen } from "./setting.js";

/** Structures that share weights: what dies as one of them is dead as another. */

const structure: fc.Arbitrary<StructureIr> = fc.constantFrom<StructureIr>(
  "weights",
  "kernels",
  "rows",
  "columns",
  { blocks: [2, 3] },
  { strided: 2 },
  "units",
  "channels",
);
const step: fc.Arbitrary<PruneIr> = fc
  .record({
    structure,
    share: fc.constantFrom(0.1, 0.5, 0.9),
    kind: fc.constantFrom("drop" as const, "to" as const),
    scope: fc.constantFrom("local" as const, "global" as const),
  })
  .map(({ structure, share, kind, scope }) =>
    pruneOf({
      structure,
      [kind]: share,
      scope: scope,
      by: criterionOf("random"),
    }),
  );
const revival: fc.Arbitrary<RegrowIr> = fc
  .record({ structure, share: fc.constantFrom(0.1, 0.5, 1) })
  .map(({ structure, share }) => ({
    kind: "regrow",
    id: 1,
    text: "regrow",
    structure,
    by: criterionOf("random"),
    drop: share,
    values: "zero",
    includingDropped: false,
  }));
const steps = fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: revival });
const models = fc.constantFrom(...namedNetworks.values());

test("what structures that share weights leave of each other", async () => {
  await fc.assert(
    fc.asyncProperty(models, fc.array(steps, { minLength: 2, maxLength: 4 }), async (make, list) => {
      const network = networkOf(make());
      const { events } = foreseen(network, list).plan;
      const setting = settingOf(make());
      for (const [i, step] of list.entries()) {
        // Draws hang on the number of a statement: those of one number fall on the same places.
        const one = { ...step, id: i + 1 };
        const act =
          one.kind === "prune" ? prune(setting, one, momentOf(i)) : regrow(setting, one, momentOf(i));
        // What one structure leaves of another is drawn as if its deaths were scattered: only what is called exact is held here.
        expectRecord(events[i], await act, false);
      }
    }),
    { numRuns: runs(30, 300) },
  );
});
