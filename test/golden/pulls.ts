import { pullRule } from "../../runtime/along/pull.js";
import { denseSetting } from "../core/masks/vectors.js";
import { momentOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

export const pulls: readonly Vector[] = [
  {
    vector: "G7",
    method: "lc",
    about:
      "one step of learning and one of compression: slope mu (w - t) - l, then t keeps the largest of w - l / mu, and l loses mu (w - t)",
    check() {
      const { setting, key } = denseSetting([0.5, -2, 1]);
      const ir = { ...statementOf("lc", "pull", { sparsity: "66.7%" }), strength: 0.5 };
      const slots = {
        [`aim${ir.id}`]: Float32Array.from([0, -2, 0]),
        [`multiplier${ir.id}`]: Float32Array.from([0.1, 0, -0.2]),
      };
      setting.slots.set(key, slots);
      const rule = pullRule(ir);
      const slope = new Float32Array(3);
      rule.add(setting, momentOf(), new Map([[key, slope]]));
      near(slope, [0.15, 0, 0.7]);
      rule.compress(setting, momentOf());
      near(slots[`aim${ir.id}`] ?? [], [0, -2, 0]);
      near(slots[`multiplier${ir.id}`] ?? [], [-0.15, 0, -0.7]);
      // Less what the multipliers ask for, the weights are 0.8, -2 and 2.4 now: another one is kept.
      rule.compress(setting, momentOf());
      near(slots[`aim${ir.id}`] ?? [], [0, 0, 2.4]);
    },
  },
];
