import { expect, it } from "vitest";
import { compile, type TrainingLength } from "../../../compiler/compile.js";
import { lenet5 } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

const lengths: readonly TrainingLength[] = [{ examples: 240 }, { batches: (size) => 240 / size }];

it.each(lengths)("counts the steps of a finetune in batches of the phase before, with %o", (data) => {
  const program = `train 1 epoch batch 60
finetune 2 epochs
train 1 epoch
repeat 2 times { finetune 1 epoch; train 1 epoch batch 120 }`;
  const { plan, diagnostics } = compile(program, {
    network: networkOf(lenet5()),
    data,
    batch: 24,
  });
  expect(diagnostics).toEqual([]);
  expect(plan?.phases.map(({ stepsPerEpoch }) => stepsPerEpoch)).toEqual([4, 4, 10, 10, 2, 2, 2]);
});
