import { beforeAll, describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { statements } from "../../../core/ir/walk.js";
import type { PenalizeIr } from "../../../core/ir/types.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { mixedPenalty } from "../../../runtime/along/mixed-penalty.js";
import { together } from "../../../runtime/scores/gather.js";
import { differencesOn } from "../../helpers/backends.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, prune, pruneOf, settingOf } from "./setting.js";
import { slopeAt, stageOf } from "./stage.js";

let backend: Backend;

function ruleOf(text: string): PenalizeIr {
  const { ir, diagnostics } = front(`train 1 epoch { penalize ${text} strength 1000 }`, {});
  const rule = statements(ir?.body ?? []).find(({ kind }) => kind === "penalize");
  if (rule?.kind !== "penalize") throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return rule;
}

/** A network, a batch for it, and its loss with a penalty as a step of training sees it. */
function stage(name: string, text: string) {
  const rule = ruleOf(text);
  const { setting, executor, batch } = stageOf(namedNetworks.get(name)?.(), backend);
  const penalty = mixedPenalty(rule);
  const step = () => {
    executor.upload();
    const pull = penalty.pull(setting, momentOf());
    const observed = together([penalty.watch(setting)].flatMap((one) => one ?? []));
    const { loss, gradients } = executor.trainStep(batch, 0, pull === null ? [] : [pull], observed);
    return { loss, gradients, added: penalty.add(setting, momentOf(), gradients) };
  };
  return { setting, rule, step };
}

describe.each(differencesOn())("on %s", (name) => {
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  describe("slopes of a penalty over activations, or that mixes what it reads, are those that differences give", () => {
    it.each([
      ["plain", "filters by sum(w^2) * mean(a^2)"],
      ["plain", "weights by abs(w) * mean(x^2)"],
      ["plain", "filters by norm(w) * mean(abs(x))"],
      ["plain", "channels by mean(a^2) * norm(w)"],
      ["residual, identity", "filters by sqrt(0.1 + mean(a^2)) * sum(w^2)"],
      ["residual, projected", "filters by mean(a^2) * abs(gamma)"],
      ["residual, projected", "filters by norm(w) * abs(gamma) + beta^2 * size"],
      ["residual, projected", "filters by sqrt(size) * norm(w) + 0.5 * members.std(norm(w))"],
      ["residual, identity", "filters by members.max(norm(w)) - members.min(norm(w)) + 0.1 * sum(w^2)"],
      ["plain", "filters by mean(a^2)"],
      ["residual, identity", "filters by sqrt(0.1 + sum(a^2))"],
      ["residual, projected", "filters by mean(a)^2"],
      ["lstm", "units by mean(a^2)"],
      ["flatten to dense", "units by std(a)"],
      ["residual, identity", "filters by mean(a^2) among bottom 50% by l1"],
      ["residual, identity", "filters by mean(a^2) * norm(w) among top 40% by mean(abs(a)) global"],
    ])("in %s: %s", (name, text) => {
      const { setting, rule, step } = stage(name, text);
      const first = step();
      expect(first.added).not.toBe(0);
      // A few weights stand for all: kernels, and what a batch norm has.
      const tried = [...setting.parameters.values()]
        .filter(({ key }) => /kernel$|gamma$|beta$/.test(key))
        .slice(0, 4);
      let compared = 0;
      let moved = 0;
      for (const [n, { key, data }] of tried.entries()) {
        const i = (31 * n + 17) % data.length;
        const found = first.gradients.get(key)?.[i] ?? NaN;
        const slope = slopeAt(data, i, () => {
          const { loss, added } = step();
          return loss + added;
        });
        if (slope === null) continue;
        compared++;
        if (Math.abs(slope) > 1) moved++;
        expect(Math.abs(found - slope), `${key} ${rule.by.name}`).toBeLessThan(0.03 * (1 + Math.abs(slope)));
      }
      expect(compared).toBeGreaterThan(0);
      expect(moved).toBeGreaterThan(0);
    });
  });

  it("the dead are not penalized", async () => {
    const { setting, step } = stage("plain", "filters by mean(abs(a)) * norm(w)");
    const before = step().added;
    await prune(setting, pruneOf({ structure: "filters", to: 0.5, by: criterionOf("random") }), momentOf());
    const after = step().added;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(before);
  });
});

it("members that are the largest together share the slope", () => {
  const rule = ruleOf("filters by members.max(mean(abs(w))) + 0 * mean(a^2)");
  const setting = settingOf(namedNetworks.get("residual, identity")?.(), 2);
  for (const { data } of setting.parameters.values()) data.fill(0.5);
  const gradients = new Map([...setting.parameters].map(([key, { data }]) => [key, data.map(() => 0)]));
  const added = mixedPenalty({
    ...rule,
    by: { ...rule.by, expr: ["members.max", ["mean", ["abs", "w"]]] },
  }).add(setting, momentOf(), gradients);
  expect(added).toBeGreaterThan(0);
  // Every unit adds 0.5, and together its weights pull with 1.
  const all = [...gradients.values()].flatMap((one) => [...one]).reduce((a, b) => a + b, 0);
  expect(all / added).toBeCloseTo(2, 3);
});
