import { expect, it } from "vitest";
import { dead } from "../../../core/masks/state.js";
import type { LearnIr } from "../../../core/ir/types.js";
import { gateStep } from "../../../runtime/along/gate-step.js";
import { openGates, type LearnRule } from "../../../runtime/along/gates.js";
import { namedNetworks } from "../../helpers/networks.js";
import { momentOf, settingOf } from "../../core/masks/setting.js";

it.each(["plain", "lstm"])("what is dead has no noise, all others have: %s", (name) => {
  const setting = settingOf(namedNetworks.get(name)?.(), 3);
  const gate = { name: "variational-dropout" as const, args: { start: -2 } };
  const ir: LearnIr = { kind: "learn", id: 1, text: "", structure: "weights", gate, strength: 1 };
  const rules: readonly LearnRule[] = [{ ir, active: () => true }];
  openGates(setting, rules);
  const { elements } = setting.state;
  for (const { key, data } of setting.parameters.values()) {
    if (!key.endsWith("kernel")) continue;
    elements.set(
      key,
      Uint8Array.from(data, (_, at) => (at % 3 === 0 ? dead : 0)),
    );
    data.forEach((_, at) => (data[at] = at % 3 === 0 ? 0 : 1));
  }
  const moment = { step: 0, clock: 2, rows: 3, examples: 10, of: () => momentOf() };
  const drawn = gateStep(setting, rules, moment)?.drawn;
  let compared = 0;
  for (const key of elements.keys()) {
    const data = setting.parameters.get(key)?.data ?? new Float32Array(0);
    // The noise of a sum is drawn by its layer, all other noise is added to the weight.
    const noise =
      drawn?.variances.get(key) ?? drawn?.shown(key, data).map((value, at) => value - (data[at] ?? 0));
    expect(
      [...(noise ?? [])].flatMap((one, at) => (one === 0 ? [at % 3] : [])).every((rest) => rest === 0),
    ).toBe(true);
    expect([...(noise ?? [])].filter((one) => one === 0)).toHaveLength(Math.ceil(data.length / 3));
    compared++;
  }
  expect(compared).toBeGreaterThan(0);
});
