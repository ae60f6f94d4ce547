import { describe, expect, test } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { effectivelyDead } from "../../../core/masks/effective.js";
import { measure } from "../../../core/masks/measure.js";
import { prune, momentOf, pruneOf, settingOf } from "./setting.js";
import { elementCodes, living } from "../../../core/masks/state.js";
import type { PruningContext } from "../../../core/events/context.js";
import { lenet300100, namedNetworks } from "../../helpers/networks.js";

function zero(setting: PruningContext, key: string, where: (row: number, col: number) => boolean): void {
  const parameter = setting.parameters.get(key);
  if (parameter === undefined) throw new Error(`no ${key}`);
  const wide = parameter.shape.at(-1) ?? 1;
  const codes = elementCodes(setting.state, key, parameter.data.length);
  parameter.data.forEach((_, i) => {
    if (!where(Math.floor(i / wide), i % wide)) return;
    parameter.data[i] = 0;
    codes[i] = 1;
  });
}

/** The sizes of what is left, its dead units, and those of them that no statement killed. */
function effective({ network, state }: PruningContext) {
  const isDead = effectivelyDead(network, state);
  const roots = network.units.map(({ root }) => root);
  const deadUnits = roots.filter(isDead).length;
  const killed = roots.filter((root) => state.channels[root] !== living).length;
  return { ...measure(network, state, { isDead }), deadUnits, consequences: deadUnits - killed };
}

const kernelKeys = ({ network }: PruningContext) =>
  network.layers.flatMap(({ weights }) => weights.filter(({ isKernel }) => isKernel).map(({ key }) => key));

describe("what is dead once consequences are followed", () => {
  test("nothing in a whole network", () => {
    for (const [name, make] of namedNetworks) {
      const setting = settingOf(make());
      const { params, macs, deadUnits } = effective(setting);
      const whole = costs(setting.network);
      expect([name, params, macs, deadUnits]).toEqual([name, whole.params, whole.macs, 0]);
    }
  });

  test("a neuron without inputs, what only it feeds, and a neuron without outputs", () => {
    const setting = settingOf(lenet300100());
    const [first = "", second = "", third = ""] = kernelKeys(setting);
    zero(setting, first, (_, col) => col < 10);
    zero(setting, second, (row, col) => col < 5 && row >= 10);
    zero(setting, third, (row) => row >= 98);
    const found = effective(setting);
    expect(found).toMatchObject({ deadUnits: 10 + 5 + 2, consequences: 17 });
    const [a, b] = [290, 93];
    expect(found.params).toBe(784 * a + a + a * b + b + b * 10 + 10);
    expect(found.macs).toBe(784 * a + a * b + b * 10);
    expect(found.params).toBeLessThan(measure(setting.network, setting.state).params);
  });

  test("nothing follows from a living weight that happens to be 0", () => {
    const setting = settingOf(lenet300100());
    for (const key of kernelKeys(setting)) setting.parameters.get(key)?.data.fill(0);
    expect(effective(setting)).toMatchObject({ deadUnits: 0, consequences: 0 });
  });

  test("what was killed is dead at once, with no further consequences", async () => {
    const setting = settingOf(namedNetworks.get("residual, identity")?.());
    await prune(setting, pruneOf({}), momentOf());
    const { consequences, ...rest } = effective(setting);
    expect(consequences).toBe(0);
    expect(rest).toMatchObject(measure(setting.network, setting.state));
  });
});
