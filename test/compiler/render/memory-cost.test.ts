import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts } from "../../../compiler/render/check/facts.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet300100 } from "../../helpers/networks.js";

const network = networkOf(lenet300100());

function checked(source: string) {
  const result = compile(source, { network, data: { examples: 3200 }, batch: 32, emit: false });
  expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const report = checkReport(result, { network, columns: 200 });
  return { memory: checkFacts(result, network).memory, report };
}

it("check says what a program has a run hold beside weights and optimizer", () => {
  const { memory, report } = checked(`train 2 epochs {
  prune weights by abs(w * g) over training local to 50% every epoch
}
mark half
repeat 2 times { train 2 epochs; rewind weights to epoch 1 }
rewind weights to half
train 1 epoch
`);
  // LeNet-300-100 has 266,200 weights and 410 biases.
  expect(memory.map(({ what, count, bytes }) => [what, count, bytes])).toEqual([
    ["moments", 1, 4 * 266610],
    ["masks", 266200, 5 * 266200],
    ["sums", 266200, 4 * 266200],
    ["moments", 1, 4 * 266610],
  ]);
  expect(report).toContain("\nMemory\n");
  expect(report).toContain("masks of 266,200 weights and their values at death, 1,331,000 bytes");
  expect(report).toContain("1 moment to go back to, 1,066,440 bytes of weights");
});

it("whole units are held by a code for each channel, which is nothing", () => {
  const { memory, report } = checked("train 1 epoch\nprune neurons by l1 50%\nfinetune 1 epoch\n");
  expect(memory).toEqual([]);
  expect(report).not.toContain("\nMemory\n");
});

it("the weights of the start are told once, where something reads them", () => {
  const start = (source: string) => checked(source).memory.filter(({ what }) => what === "start");
  const cut = "prune weights by magnitude 50%";
  for (const reads of [
    "train 1 epoch\nprune weights by abs(dw) 50%\nfinetune 1 epoch",
    `train 1 epoch\n${cut}\nrewind weights to start\ntrain 1 epoch`,
    `train 1 epoch\n${cut} frozen at start\nfinetune 1 epoch`,
    "train 4 epochs { prune weights by magnitude local 20% every epoch; regrow random with start values }",
    "train 1 epoch { penalize weights by dw^2 strength 1e-3 }",
    `train 1 epoch\n${cut}\nreinitialize by signed-constant\ntrain 1 epoch`,
    `train 1 epoch\n${cut}\ninvert masks\ntrain 1 epoch`,
  ])
    expect(
      start(reads).map(({ count, bytes }) => [count, bytes]),
      reads,
    ).toEqual([[266610, 4 * 266610]]);
  expect(start(`train 1 epoch\n${cut}\nreinitialize by he-normal\ntrain 1 epoch`)).toEqual([]);
  expect(checked("train 1 epoch\nprune weights by abs(dw) 50%\nfinetune 1 epoch").report).toContain(
    "prune weights by abs(dw) 50%: the 266,610 weights of the start, 1,066,440 bytes",
  );
});

it("a phase that keeps its best epoch holds that moment", () => {
  const { memory } = checked("train 2 epochs keeping best by accuracy");
  expect(memory.map(({ what, count }) => [what, count])).toEqual([["moments", 1]]);
});

it("scores say what they hold while they are worked out", () => {
  const { memory, report } = checked(`train 1 epoch
prune neurons by w^2 / hinv over 2 batches local 20%
prune neurons by greedy-order over 2 batches local 20%
prune neurons by h * w^2 over 2 batches and 4 probes local 20%
prune neurons by w * hg local 20%
finetune 1 epoch
`);
  // Dense layers of 784, 300 and 100 inputs, each with a bias, for 300, 100 and 10 units.
  const squares = [785, 301, 101].map((unknowns) => 8 * unknowns ** 2);
  const [first = 0, second = 0, third = 0] = squares;
  expect(memory.map(({ what, count, bytes }) => [what, count, bytes])).toEqual([
    ["matrices", 2, first + second + 8 * 784 * 300 + first + 8 * 785 * 300],
    ["matrices", 2, second + third + 8 * 400 ** 2],
    ["derivatives", 6, 6 * 4 * 266610],
    ["derivatives", 5, 5 * 4 * 266610],
  ]);
  expect(report).toContain(
    "prune neurons by greedy-order over 2 batches local 20%: while it scores, the second moments of what 2 layers read, up to 2,086,416 bytes",
  );
  expect(report).toContain(
    "while it scores, 5 arrays of all weights for second derivatives, up to 5,332,200 bytes",
  );
});
