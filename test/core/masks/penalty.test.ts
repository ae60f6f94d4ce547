import { sizedStructure } from "../../../core/ir/structure.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExprIr, PenalizeIr, StructureIr } from "../../../core/ir/types.js";
import { mixedPenalty } from "../../../runtime/along/mixed-penalty.js";
import { penaltyRule } from "../../../runtime/along/penalty.js";
import type { PruningContext } from "../../../core/events/context.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, settingOf } from "./setting.js";
import { runs } from "../../helpers/runs.js";

const structures: readonly StructureIr[] = ["weights", "filters", "units", "channels", "kernels", "rows"];

const square: ExprIr = ["^", "w", 2];
const penalties: readonly ExprIr[] = [
  ["sum", ["abs", "w"]],
  ["abs", "w"],
  ["sum", square],
  ["*", ["sqrt", "size"], ["sqrt", ["sum", square]]],
  ["/", square, ["+", 1, square]],
  ["std", "w"],
  ["^", ["mean", "w"], 2],
  ["sum", ["^", ["-", "w", ["mean", "w"]], 2]],
  ["max", ["abs", "w"]],
  ["*", ["norm", "w"], ["exp", ["-", ["abs", "w"]]]],
  ["log", ["+", 1, square]],
  ["clip", "w", -0.5, 0.5],
  ["max", "w", ["*", 0.5, "w"]],
  ["^", ["+", ["abs", "w"], 0.1], 0.5],
];

const ruleOf = (structure: StructureIr, penalty: ExprIr): PenalizeIr => ({
  kind: "penalize",
  id: 1,
  text: "",
  structure,
  by: criterionOf(penalty),
  strength: 0.7,
});

function gradientsOf({ parameters }: PruningContext): Map<string, Float32Array> {
  return new Map([...parameters.values()].map(({ key, data }) => [key, new Float32Array(data.length)]));
}

describe("the slope of a penalty", () => {
  test("is that of finite differences, whatever the expression, structure and ties of channels", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...namedNetworks.keys()),
        fc.constantFrom(...structures),
        fc.constantFrom(...penalties),
        fc.nat(1000),
        (network, structure, penalty, seed) => {
          const setting = settingOf(namedNetworks.get(network)?.(), seed);
          const rule = penaltyRule(ruleOf(structure, penalty));
          const gradients = gradientsOf(setting);
          rule.add(setting, momentOf(), gradients);
          const valueNow = () => rule.add(setting, momentOf(), gradientsOf(setting));
          const touched = [...setting.parameters.values()].filter(({ key }) => key.includes("kernel"));
          const parameter = touched[seed % touched.length];
          if (parameter === undefined) return;
          for (let n = 0; n < 3; n++) {
            const i = (seed * 31 + n * 17) % parameter.data.length;
            const at = parameter.data[i] ?? 0;
            const h = 2 ** -9;
            parameter.data[i] = at + h;
            const ahead = valueNow();
            const right = parameter.data[i] ?? 0;
            parameter.data[i] = at - h;
            const behind = valueNow();
            const left = parameter.data[i] ?? 0;
            parameter.data[i] = at;
            const kinks = [0, 0.5, -0.5].some((kink) => Math.abs(at - kink) < 2 * h);
            const here = valueNow();
            const expected = (ahead - behind) / (right - left);
            const scale = 1 + Math.abs(expected);
            // Where another weight is as large, a maximum has one slope to the left and another to the right.
            const bend = Math.abs((ahead - here) / (right - at) - (here - behind) / (at - left));
            if (kinks || bend > 0.1 * scale) continue;
            compared++;
            const found = gradients.get(parameter.key)?.[i] ?? NaN;
            expect(
              Math.abs(found - expected) / scale,
              `${JSON.stringify(penalty)} of ${sizedStructure(structure)}`,
            ).toBeLessThan(0.02);
          }
        },
      ),
      { numRuns: runs(75, 750) },
    );
    expect(compared).toBeGreaterThan(75);
  });

  test("of batch-norm scales is the sign times the strength", () => {
    const setting = settingOf(namedNetworks.get("plain")?.());
    const gradients = gradientsOf(setting);
    const value = mixedPenalty(ruleOf("filters", ["abs", "gamma"])).add(setting, momentOf(), gradients);
    let expected = 0;
    for (const { key, data } of setting.parameters.values()) {
      const g = gradients.get(key);
      if (!key.endsWith("gamma")) expect(g?.every((x) => x === 0)).toBe(true);
      else
        data.forEach((gamma, i) => {
          expected += 0.7 * Math.abs(gamma);
          expect(g?.[i]).toBeCloseTo(0.7 * Math.sign(gamma), 6);
        });
    }
    expect(value).toBeCloseTo(expected, 5);
    expect(value).toBeGreaterThan(0);
  });

  test.each([
    [["sum", ["^", "gamma", 2]]],
    [["sqrt", ["sum", ["^", "gamma", 2]]]],
    [["mean", ["*", ["abs", "gamma"], ["+", "beta", 2]]]],
    [["norm", ["-", "gamma", ["mean", "gamma"]]]],
    [["clip", "gamma", -0.5, 0.5]],
    [["max", ["abs", "gamma"]]],
  ] satisfies readonly (readonly [ExprIr])[])(
    "of batch norms is the slope that differences give: %j",
    (penalty) => {
      // Units of a residual join pass several batch norms.
      const setting = settingOf(namedNetworks.get("residual, identity")?.(), 3);
      [...setting.parameters.values()].forEach(({ key, data }, n) => {
        if (/gamma|beta/.test(key)) data.forEach((_, i) => (data[i] = Math.fround(Math.sin(3 * i + n))));
      });
      const rule = mixedPenalty(ruleOf("filters", penalty));
      const gradients = gradientsOf(setting);
      rule.add(setting, momentOf(), gradients);
      const norms = [...setting.parameters.values()].filter(({ key }) => /gamma|beta/.test(key));
      expect(norms.length).toBeGreaterThan(2);
      let moved = 0;
      for (const { key, data } of norms) {
        for (let i = 0; i < data.length; i++) {
          const at = data[i] ?? 0;
          const valueAt = (value: number): number => {
            data[i] = value;
            return rule.add(setting, momentOf(), gradientsOf(setting));
          };
          const [ahead, behind] = [valueAt(at + 2 ** -10), valueAt(at - 2 ** -10)];
          data[i] = at;
          const expected = (ahead - behind) * 2 ** 9;
          const found = gradients.get(key)?.[i] ?? NaN;
          if (Math.abs(expected) > 1e-6) moved++;
          if (Math.abs(Math.abs(at) - 0.5) < 0.01 || Math.abs(at) < 0.01) continue;
          expect(Math.abs(found - expected), `${key}[${i}]`).toBeLessThan(0.01 * (1 + Math.abs(expected)));
        }
      }
      expect(moved).toBeGreaterThan(0);
    },
  );
});
