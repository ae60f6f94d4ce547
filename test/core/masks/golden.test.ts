import { describe, expect, test } from "vitest";
import type { ExprIr, PenalizeIr, UpdateIr } from "../../../core/ir/types.js";
import type { CriterionIr } from "../../../core/ir/types.js";
import { penaltyRule } from "../../../runtime/along/penalty.js";
import { prune } from "./setting.js";
import { restore } from "./setting.js";
import { hold } from "../../../core/masks/hold.js";
import { maskedData } from "../../../core/masks/masked.js";
import { scoreUnits } from "../../../runtime/scores/scores.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { updateRule } from "../../../runtime/along/update-only.js";
import { criterionOf, momentOf, pruneOf } from "./setting.js";
import { denseSetting, executorOf } from "./vectors.js";

const weights = "weights" as const;
const everything = {};
const magnitude = criterionOf(["abs", "w"]);

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

test("RigL: a weight dropped and regrown in one event keeps its value", async () => {
  const start = [0.5, -0.1, 0, 0.9, 0, -0.3, 0.05, 0];
  const { setting, w, key } = denseSetting(start);
  const g = new Map([[key, Float32Array.from([0.1, 0.2, -0.9, 0, 0.4, 0.1, 0.8, -0.5])]]);
  setting.state.elements.set(
    key,
    Uint8Array.from(start, (value) => (value === 0 ? 1 : 0)),
  );
  setting.slots.set(key, { momentum: new Float32Array(8).fill(2) });
  const context = { ...setting, ...executorOf(setting, () => g) };
  const record = await prune(
    context,
    pruneOf({
      structure: weights,
      by: magnitude,
      drop: 0.4,
      regrow: {
        kind: "regrow",
        id: 2,
        text: "",
        by: criterionOf(["abs", "g"]),
        values: "zero",
        includingDropped: true,
      },
    }),
    momentOf(),
  );
  expect(record).toMatchObject({ nominal: 2, achieved: 2, revived: 2, dead: 3, total: 8 });
  expect([...(setting.state.elements.get(key) ?? [])]).toEqual([0, 1, 0, 0, 1, 0, 0, 1]);
  close(w, [0.5, 0, 0, 0.9, 0, -0.3, 0.05, 0]);
  close(setting.slots.get(key)?.["momentum"] ?? [], [2, 0, 0, 2, 2, 2, 2, 2]);
});

test("SET takes the smallest of each sign", async () => {
  const { setting, w } = denseSetting([0.9, 0.1, 0.4, 0.2, -0.7, -0.05, -0.3, -0.6, 0.8, -0.2]);
  await prune(setting, pruneOf({ structure: weights, by: magnitude, scope: "sign", drop: 0.2 }), momentOf());
  close(w, [0.9, 0, 0.4, 0.2, -0.7, 0, -0.3, -0.6, 0.8, -0.2]);
});

test("dynamic network surgery: two thresholds with what lies between left alone", async () => {
  const { setting, w, key } = denseSetting([0.02, -0.5, 0.3, -0.06, 0.9, 0.1]);
  const of: ExprIr = ["abs", "w"];
  const middle: ExprIr = ["+", ["layer.mean", of], ["*", 0.5, ["layer.std", of]]];
  const below: ExprIr = ["*", 0.9, middle];
  await prune(setting, pruneOf({ structure: weights, by: magnitude, below, manner: "latently" }), momentOf());
  const shown = () => maskedData(setting, key) ?? [];
  close(shown(), [0, -0.5, 0, 0, 0.9, 0]);
  close(w, [0.02, -0.5, 0.3, -0.06, 0.9, 0.1]);
  w[2] = 0.6;
  hold(setting);
  close(shown(), [0, -0.5, 0, 0, 0.9, 0]);
  const record = await restore(
    setting,
    {
      kind: "restore",
      id: 3,
      text: "",
      structure: weights,
      by: magnitude,
      above: 0.55,
    },
    momentOf(),
  );
  expect(record.achieved).toBe(1);
  expect([...(setting.state.elements.get(key) ?? [])]).toEqual([2, 0, 0, 2, 0, 2]);
  close(shown(), [0, -0.5, 0.6, 0, 0.9, 0]);
});

test("2:4 keeps two of every four inputs, ties to the first", async () => {
  const { setting, w } = denseSetting([0.1, -0.4, 0.3, 0.2, 0.5, 0.5, -0.5, 0.1]);
  const structure = "2:4" as const;
  await prune(setting, pruneOf({ structure, by: magnitude }), momentOf());
  close(w, [0, -0.4, 0.3, 0, 0, 0.5, -0.5, 0]);
});

test("global sparse momentum: gradient for the top share by |w g| only", () => {
  const { setting, key } = denseSetting([0.5, -1, 0.2, 0.05]);
  const g = Float32Array.from([0.1, -0.02, 0.3, 0.4]);
  const ir: UpdateIr = {
    kind: "update",
    id: 1,
    text: "",
    end: "top",
    share: 0.5,
    by: criterionOf(["abs", ["*", "w", "g"]]),
    scope: "global",
  };
  updateRule(ir).gate(setting, momentOf(), new Map([[key, g]]));
  close(g, [0.1, 0, 0.3, 0]);
});

describe("penalties", () => {
  const penalize = (penalty: ExprIr, more: Partial<PenalizeIr> = {}): PenalizeIr => ({
    kind: "penalize",
    id: 1,
    text: "",
    structure: weights,
    by: criterionOf(penalty),
    strength: 1,
    ...more,
  });
  const apply = (values: readonly number[], ir: PenalizeIr, outputs = 1) => {
    const { setting, key } = denseSetting(values, outputs);
    const g = new Float32Array(values.length);
    const value = penaltyRule(ir).add(setting, momentOf(), new Map([[key, g]]));
    return { value, g };
  };

  test("weight elimination", () => {
    const square: ExprIr = ["^", "w", 2];
    const { value, g } = apply([-2, -0.5, 0, 0.1, 1], penalize(["/", square, ["+", 1, square]]));
    expect(value).toBeCloseTo(0.8 + 0.2 + 0.009901 + 0.5, 5);
    close(g, [-0.16, -0.64, 0, 0.196059, 0.5]);
  });

  test("group lasso, with slope 0 at 0", () => {
    const rows = { structure: "rows" as const };
    const { value, g } = apply([3, 4, 0, 0, 0.6, 0.8], penalize(["norm", "w"], rows), 2);
    expect(value).toBeCloseTo(6, 6);
    close(g, [0.6, 0.8, 0, 0, 0.6, 0.8]);
  });

  test("selective weight decay: only the weights that would go", () => {
    const among = {
      end: "bottom",
      share: 0.5,
      by: magnitude,
      scope: "global",
    } as const;
    const ir = penalize(["*", 0.5, ["sum", ["^", "w", 2]]], { among, strength: 10 * 5e-4 });
    const { value, g } = apply([0.5, -0.1, 0.02, -0.9], ir);
    expect(value).toBeCloseTo(2.6e-5, 9);
    close(g, [0, -5e-4, 1e-4, 0], 8);
  });
});
