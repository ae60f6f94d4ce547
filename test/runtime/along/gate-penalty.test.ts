import { expect, it } from "vitest";
import type { PruningContext } from "../../../core/events/context.js";
import type { GateName } from "../../../core/gates/registry.js";
import { gateKind } from "../../../core/gates/registry.js";
import type { ExprIr, LearnIr, PenalizeIr, StructureIr } from "../../../core/ir/types.js";
import { gateStep } from "../../../runtime/along/gate-step.js";
import { openGates } from "../../../runtime/along/gates.js";
import { penaltyRule } from "../../../runtime/along/penalty.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, settingOf } from "../../core/masks/setting.js";

const ofWeights: ExprIr = ["sum", ["abs", "w"]];
const cases: readonly (readonly [string, StructureIr, GateName, ExprIr])[] = [
  ["plain", "weights", "bernoulli", "gate"],
  ["plain", "weights", "scale", ["*", ["^", "gate", 2], ["abs", "w"]]],
  ["plain", "filters", "hard-concrete", ["*", "gate", "size"]],
  ["inverted residual", "units", "scale", ["*", "gate", ofWeights]],
  ["inverted residual", "units", "log-normal", ["*", ["sqrt", "snr"], "size"]],
  [
    "inverted residual",
    "filters",
    "horseshoe",
    ["/", ["^", "gate", 2], ["+", 1, ["sum", ["*", "gate", ["^", "w", 2]]]]],
  ],
  ["plain", "weights", "variational-dropout", ["*", "alpha", ["abs", "w"]]],
  ["plain", "kernels", "sigmoid", ["*", "gate", ["mean", ["^", "w", 2]]]],
];

const learnOf = (structure: StructureIr, name: GateName): LearnIr => ({
  kind: "learn",
  id: 1,
  text: "",
  structure,
  gate: {
    name,
    args: Object.fromEntries(
      Object.entries(gateKind(name).args).map(([key, { usual }]) => [
        key,
        // From where nothing is clipped.
        key === "start" ? -1 : typeof usual === "number" ? usual : 2,
      ]),
    ),
  },
  strength: 0,
});

/** The gradients of a penalty at this moment: of the gates, of the weights, and what it adds to the loss. */
function penalized(setting: PruningContext, learn: LearnIr, penalty: PenalizeIr) {
  const rule = { ir: learn, active: () => true };
  const gradients = new Map(
    [...setting.parameters].map(([key, { data }]) => [key, new Float32Array(data.length)] as const),
  );
  const moment = { step: 0, clock: 0, rows: 2, examples: 2, of: () => momentOf() };
  const of = gateStep(setting, [rule], moment)?.back(gradients).of ?? new Map<string, never>();
  for (const gradient of [...gradients.values(), ...[...of.values()].map(({ gradient }) => gradient)])
    gradient.fill(0);
  const value = penaltyRule(penalty).add(setting, momentOf(), gradients, gradients, new Map(), of);
  return { value, of, gradients };
}

it.each(cases)("the slope of a penalty in %s on %s by %s is that of finite differences: %j", (...one) => {
  const [network, structure, name, expr] = one;
  const setting = settingOf(namedNetworks.get(network)?.(), 3);
  const learn = learnOf(structure, name);
  const penalty: PenalizeIr = {
    kind: "penalize",
    id: 2,
    text: "",
    structure,
    by: criterionOf(expr),
    strength: 0.7,
  };
  openGates(setting, [{ ir: learn, active: () => true }]);
  const gates = [...setting.state.gates.values()];
  const { of, gradients } = penalized(setting, learn, penalty);
  const own = [...of].map(([key, { data, gradient }]) => ({ key, data, gradient }));
  const weights = [...setting.parameters.values()]
    .filter(({ key }) => key.includes("kernel"))
    .map(({ key, data }) => ({ key, data, gradient: gradients.get(key) ?? new Float32Array(0) }));
  expect(own.length).toBe(Object.keys(gates[0]?.params ?? {}).length);
  let moved = 0;
  for (const { key, data, gradient } of [...own, ...weights])
    for (const i of [0, 1, data.length - 1]) {
      const at = data[i] ?? 0;
      const step = 2 ** -9;
      if (Math.abs(at) < 2 * step) continue;
      const valueAt = (move: number): number => {
        data[i] = at + move;
        const { value } = penalized(setting, learn, penalty);
        data[i] = at;
        return value;
      };
      const slope = (valueAt(step) - valueAt(-step)) / (2 * step);
      if (slope !== 0) moved++;
      expect(Math.abs((gradient[i] ?? NaN) - slope), `${key}[${i}]`).toBeLessThan(
        0.02 * (1 + Math.abs(slope)),
      );
    }
  expect(moved).toBeGreaterThan(0);
});
