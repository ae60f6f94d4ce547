import { withAmount } from "../../../core/ir/amounts.js";
import { expect, test } from "vitest";
import { collapse } from "../../../core/network/collapse.js";
import { prune } from "./setting.js";
import { cifarResNet, lenet5 } from "../../helpers/networks.js";
import { momentOf, pruneOf, settingOf } from "./setting.js";

test("layers go as the branches they stand for, the least first", async () => {
  const setting = settingOf(cifarResNet());
  const structure = "layers" as const;
  const ir = pruneOf({ structure, count: 2, scope: "global" });
  const record = await prune(setting, ir, momentOf());
  expect(record).toMatchObject({ total: 9, nominal: 2, achieved: 2, dead: 2 });
  const { diagnostics, kept } = collapse(setting.network, (channel) => setting.state.channels[channel] === 1);
  expect(diagnostics).toEqual([]);
  const convs = [...kept.keys()].filter(
    (call) => setting.network.layers[setting.network.calls[call]?.layer ?? -1]?.className === "Conv2D",
  );
  expect(convs.length).toBe(21 - 4);
  const again = await prune(setting, withAmount(ir, { to: 1 }), momentOf(2));
  expect(again).toMatchObject({ nominal: 7, achieved: 7, dead: 9 });
});

test("nothing leads round the layers of a chain", async () => {
  const record = await prune(settingOf(lenet5()), pruneOf({ structure: "layers" }), momentOf());
  expect(record).toMatchObject({ total: 0, achieved: 0 });
});
