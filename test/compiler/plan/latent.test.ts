import { expect, test } from "vitest";
import { makePlan } from "../../../compiler/plan/plan.js";
import { networkWorld } from "../../../compiler/plan/network-world.js";
import { simulate } from "../../../compiler/plan/simulate.js";
import type { StepIr } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { lenet5 } from "../../helpers/networks.js";
import { criterionOf, l1, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";

test.each([true, false])(
  "what died latently and awaits a restore (%s) is foreseen as it happens",
  async (awaits) => {
    const ranked = pruneOf({
      criterion: criterionOf(l1),
      manner: "latently",
      amount: { kind: "target", value: 0.5 },
    });
    const threshold = pruneOf({
      criterion: criterionOf(l1),
      manner: "latently",
      amount: { kind: "threshold", side: "below", value: 1e-9 },
      ...(awaits ? { awaitsRestore: true } : {}),
    });
    const body: readonly StepIr[] = [
      { ...ranked, id: 1 },
      { ...threshold, id: 2 },
    ];
    const network = networkOf(lenet5());
    const ir = { ir: 1, source: "p.prune", network: null, data: null, body, plan: null } as const;
    const [, second] = makePlan(network, simulate(ir, networkWorld(network), { batch: 32 })).events;
    const setting = settingOf(lenet5());
    const first = await prune(setting, ranked, momentOf(1));
    const after = await prune(setting, threshold, momentOf(2));
    expect(after.dead).toBe(awaits ? first.dead : 0);
    expect(second?.dead?.[0]).toBe(after.dead);
  },
);
