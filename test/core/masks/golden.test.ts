import { describe, expect, test } from "vitest";
import type { CriterionIr, ExprIr } from "../../../core/ir/types.js";
import { scoreUnits } from "../../../runtime/scores/scores.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { criterionOf, momentOf } from "./setting.js";
import { denseSetting, executorOf } from "./vectors.js";

const weights = "weights" as const;
const everything = {};

function close(values: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(values.length).toBe(expected.length);
  expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, digits));
}

/** L = ½ · mean (Xw − y)² of three examples; by example, or of all. */
function regression() {
  const x = [
    [1, 2, -1],
    [0, 1, 1],
    [2, -1, 0],
  ];
  const y = [1, 0, 2];
  const { setting, w, key } = denseSetting([1, -2, 0.5]);
  const of = (examples: readonly number[]) => {
    const g = new Float32Array(3);
    for (const n of examples) {
      const row = x[n] ?? [];
      const residual = row.reduce((sum, value, i) => sum + value * (w[i] ?? 0), -(y[n] ?? 0));
      row.forEach((value, i) => (g[i] = (g[i] ?? 0) + (residual * value) / examples.length));
    }
    return new Map([[key, g]]);
  };
  return {
    whole: { ...setting, ...executorOf(setting, () => of([0, 1, 2])) },
    single: { ...setting, ...executorOf(setting, (batch) => of([batch])) },
  };
}

describe("scores of one-layer regression", () => {
  const over = (expr: ExprIr, batches = 1): CriterionIr => ({ ...criterionOf(expr), over: batches });
  const scores = async (context: ReturnType<typeof regression>["whole"], criterion: CriterionIr) => {
    const space = spaceOf(context, weights, everything);
    return (await scoreUnits(context, { id: 1, criterion, space, moment: momentOf() })).units;
  };

  test("snip, taylor and the effect on gradient flow", async () => {
    const { whole } = regression();
    close(await scores(whole, over(["abs", ["*", "w", "g"]])), [0.166667, 8.333333, 0.5]);
    close(await scores(whole, over(["^", ["*", "w", "g"], 2])), [0.027778, 69.444444, 0.25]);
    close(await scores(whole, over(["-", ["*", "w", "hg"]])), [0.611111, -17.333333, -1.055556], 2);
  });

  test("gradients average over batches before the expression, or inside `batches`", async () => {
    const { single } = regression();
    close(await scores(single, over("g", 3)), [-0.166667, -4.166667, 1]);
    close(await scores(single, over("g2", 3)), [12.083333, 29.083333, 7.5], 4);
    close(await scores(single, over(["batches", ["abs", "g"]], 3)), [8.5 / 3, 12.5 / 3, 6 / 3], 4);
  });
});
