import { expect, test } from "vitest";
import { lowest } from "../../../compiler/plan/estimate.js";
import { prune } from "../../core/masks/setting.js";
import { lenet5 } from "../../helpers/networks.js";
import { foreseen } from "./setting.js";
import { criterionOf, l1, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";

test.each([true, false])(
  "what died latently and awaits a restore (%s) is foreseen as it happens",
  async (awaits) => {
    const ranked = pruneOf({
      by: criterionOf(l1),
      manner: "latently",
      to: 0.5,
    });
    const threshold = pruneOf({
      by: criterionOf(l1),
      manner: "latently",
      below: 1e-9,
      ...(awaits ? { awaitsRestore: true } : {}),
    });
    const [, second] = foreseen(networkOf(lenet5()), [ranked, threshold]).plan.events;
    const setting = settingOf(lenet5());
    const first = await prune(setting, ranked, momentOf(1));
    const after = await prune(setting, threshold, momentOf(2));
    expect(after.dead).toBe(awaits ? first.dead : 0);
    expect(lowest(second?.dead ?? NaN)).toBe(after.dead);
  },
);
