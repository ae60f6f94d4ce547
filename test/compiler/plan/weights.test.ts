import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { asksForWeights } from "../../../compiler/plan/weights.js";
import type { Ir } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { momentOf, networkOf, settingOf } from "../../core/masks/setting.js";
import { cifarResNet } from "../../helpers/networks.js";

/** Rankings by weights that nothing has trained yet, with the weights in hand. */

const network = networkOf(cifarResNet());

test("a ranking over all layers by the loaded weights is foreseen layer by layer", async () => {
  const source =
    "prune filters by l1 global 50%\nprune filters by l2 global 10% normalized by mean per layer";
  const { parameters } = settingOf(cifarResNet(), 7);
  const { plan, ir } = compile(source, { network, weights: parameters });
  const setting = settingOf(cifarResNet(), 7);
  for (const [i, step] of (ir?.body ?? []).entries()) {
    if (step.kind !== "prune") throw new Error("a prune");
    const record = await prune(setting, step, momentOf(i));
    for (const { layer, live } of record.layers) {
      const planned = plan?.events[i]?.layers.find((one) => one.layer === layer)?.live;
      expect(planned).toEqual({ about: live, from: live, to: live });
    }
  }
  const untouched = settingOf(cifarResNet(), 7).parameters;
  expect([...parameters.values()]).toEqual([...untouched.values()]);
});

test("weights are asked for where they tell something, before anything trains", () => {
  const asks = (source: string) => {
    const { ir } = compile(source, { network });
    return ir !== null && asksForWeights(ir satisfies Pick<Ir, "body">);
  };
  expect(asks("prune filters by l1 global 50%")).toBe(true);
  expect(asks("repeat 2 times { prune filters by l1 below 0.1; train 1 epoch }")).toBe(true);
  expect(asks("prune filters by l1 local 50%")).toBe(false);
  expect(asks("prune weights by magnitude global 50%")).toBe(false);
  expect(asks("train 1 epoch\nprune filters by l1 global 50%")).toBe(false);
  expect(asks("train 4 epochs { prune filters by l1 global 50% every epoch }")).toBe(false);
});
