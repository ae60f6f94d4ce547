import type { CriterionIr } from "../../core/ir/types.js";
import { spaceOf } from "../../core/units/spaces.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { momentOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** L = ½ · mean (Xw − y)² of three examples: gradient −1/6, −25/6, 1. */
export function regression() {
  const x = [
    [1, 2, -1],
    [0, 1, 1],
    [2, -1, 0],
  ];
  const y = [1, 0, 2];
  const { setting, w, key } = denseSetting([1, -2, 0.5]);
  const gradient = () => {
    const g = new Float32Array(3);
    x.forEach((row, n) => {
      const residual = row.reduce((sum, value, i) => sum + value * (w[i] ?? 0), -(y[n] ?? 0));
      row.forEach((value, i) => (g[i] = (g[i] ?? 0) + (residual * value) / 3));
    });
    return new Map([[key, g]]);
  };
  return { ...setting, ...executorOf(setting, gradient) };
}

async function scoresOf(criterion: CriterionIr): Promise<ArrayLike<number>> {
  const context = regression();
  const space = spaceOf(context, "weights", {});
  return (await scoreUnits(context, { id: 1, criterion, space, moment: momentOf() })).units;
}

export const scores: readonly Vector[] = [
  {
    vector: "G2",
    method: "snip",
    about: "|w g| of a regression with three examples",
    check: async () => near(await scoresOf(statementOf("snip", "prune").by), [0.166667, 8.333333, 0.5]),
  },
];
