import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { lenet5 } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

it("counts the steps of a finetune in batches of the phase before", () => {
  const program = `train 1 epoch batch 60
finetune 2 epochs
train 1 epoch
repeat 2 times { finetune 1 epoch; train 1 epoch batch 120 }`;
  const { plan, diagnostics } = compile(program, {
    network: networkOf(lenet5()),
    data: { examples: 240 },
    batch: 24,
  });
  expect(diagnostics).toEqual([]);
  expect(plan?.phases.map(({ stepsPerEpoch }) => stepsPerEpoch)).toEqual([4, 4, 10, 10, 2, 2, 2]);
});
