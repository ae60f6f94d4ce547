import { deepEqual, equal } from "node:assert/strict";
import type { PenalizeIr } from "../../core/ir/types.js";
import { penaltyRule } from "../../runtime/along/penalty.js";
import { topology } from "../helpers/networks.js";
import { denseSetting } from "../core/masks/vectors.js";
import { momentOf, prune, settingOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** A convolution of five filters with a batch norm, and a dense layer; scales are these. */
export function scaled(gamma: readonly number[]) {
  const b = topology();
  const conv = b.call("Conv2D", { filters: gamma.length, kernel_size: [1, 1] }, [b.input([2, 2, 1])], "conv");
  const flat = b.call("Flatten", {}, [b.call("BatchNormalization", {}, [conv], "norm")]);
  const setting = settingOf(b.build([b.call("Dense", { units: 2 }, [flat])]));
  setting.parameters.get("norm/gamma")?.data.set(gamma);
  return setting;
}

/** Value and slope of a penalty of a method on these weights, `outputs` of a dense layer, at strength 1. */
export function penaltyOn(
  values: readonly number[],
  ir: PenalizeIr,
  outputs = 1,
): { readonly value: number; readonly slope: Float32Array } {
  const { setting, key } = denseSetting(values, outputs);
  const slope = new Float32Array(values.length);
  const value = penaltyRule({ ...ir, strength: 1 }).add(setting, momentOf(), new Map([[key, slope]]));
  return { value, slope };
}

export const penalties: readonly Vector[] = [
  {
    vector: "sign",
    method: "slimming",
    about:
      "the slope of the penalty is the strength times the sign of each scale, and the smallest scales go",
    async check() {
      const gamma = [0.5, -0.25, 1, 0, -2];
      const setting = scaled(gamma);
      const slope = new Float32Array(5);
      const { strength } = statementOf("slimming", "penalize");
      equal(strength, 1e-4);
      const rule = penaltyRule(statementOf("slimming", "penalize", { strength: "0.5" }));
      const value = rule.add(setting, momentOf(), new Map([["norm/gamma", slope]]));
      near([value], [1.875]);
      near(slope, [0.5, -0.5, 0.5, 0, -0.5]);
      await prune(setting, statementOf("slimming", "prune", { share: "40%" }), momentOf());
      deepEqual([...(setting.parameters.get("norm/gamma")?.data ?? [])], [0.5, 0, 1, 0, -2]);
    },
  },
];
