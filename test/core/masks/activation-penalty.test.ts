import { beforeAll, describe, expect, test } from "vitest";
import type { ExprIr, PenalizeIr } from "../../../core/ir/types.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { mixedPenalty } from "../../../runtime/along/mixed-penalty.js";
import { differencesOn } from "../../helpers/backends.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, prune, pruneOf } from "./setting.js";
import { slopeAt, stageOf } from "./stage.js";

let backend: Backend;

const ruleOf = (name: "filters" | "units", expr: ExprIr): PenalizeIr => ({
  kind: "penalize",
  id: 7,
  text: "penalize",
  structure: name,
  by: { ...criterionOf("penalty"), expr },
  strength: 1000,
});

/** A network, a batch for it, and its loss with a penalty as a step of training sees it. */
function stage(model: unknown, rule: PenalizeIr) {
  const { setting, executor, batch } = stageOf(model, backend);
  const penalty = mixedPenalty(rule);
  const step = () => {
    executor.upload();
    const pull = penalty.pull(setting, momentOf());
    if (pull === null) throw new Error("it pulls");
    const { loss, gradients } = executor.trainStep(batch, 0, [pull]);
    return { loss, added: penalty.add(setting, momentOf(), gradients), gradients };
  };
  return { setting, executor, step };
}

describe.each(differencesOn())("on %s", (name) => {
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  test.each([
    ["plain", "filters", ["mean", ["^", "a", 2]]],
    ["residual, identity", "filters", ["sqrt", ["+", 0.1, ["sum", ["^", "a", 2]]]]],
    ["residual, projected", "filters", ["^", ["mean", "a"], 2]],
    ["lstm", "units", ["mean", ["^", "a", 2]]],
    ["flatten to dense", "units", ["std", "a"]],
  ] satisfies readonly (readonly [string, "filters" | "units", ExprIr])[])(
    "slopes in %s over %s are those that differences give: %j",
    (name, structure, expr) => {
      const { setting, step } = stage(namedNetworks.get(name)?.(), ruleOf(structure, expr));
      const first = step();
      expect(first.added).toBeGreaterThan(0);
      const kernels = [...setting.parameters.values()].filter(({ key }) => /kernel$/.test(key));
      let compared = 0;
      for (const [n, { key, data }] of kernels.entries()) {
        const i = (31 * n + 17) % data.length;
        const found = first.gradients.get(key)?.[i] ?? NaN;
        const slope = slopeAt(data, i, () => {
          const { loss, added } = step();
          return loss + added;
        });
        if (slope === null) continue;
        compared++;
        expect(Math.abs(found - slope), key).toBeLessThan(0.03 * (1 + Math.abs(slope)));
      }
      expect(compared).toBeGreaterThan(0);
    },
  );

  test("the dead are not penalized", async () => {
    const { setting, step } = stage(namedNetworks.get("plain")?.(), ruleOf("filters", ["sum", ["abs", "a"]]));
    const before = step().added;
    const ir = pruneOf({
      structure: "filters",
      to: 0.5,
      by: criterionOf("random"),
    });
    await prune(setting, ir, momentOf());
    const after = step().added;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(before);
  });
});
