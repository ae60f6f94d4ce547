import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts } from "../../../compiler/render/check/facts.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet300100 } from "../../helpers/networks.js";

const network = networkOf(lenet300100());
const before = "the optimizer of the phase before at its last rate";
const told = (program: string) =>
  checkFacts(compile(program, { network, emit: false }), network).phases.map(({ trainsWith }) => trainsWith);

it("check says at what rate a finetune goes on, where the text tells", () => {
  expect(
    told("train 2 epochs with sgd(rate: 0.1 -> 1e-3 cosine)\nfinetune 1 epoch\nfinetune 1 epoch"),
  ).toEqual([null, `${before}, 0.001`, `${before}, 0.001`]);
  expect(told("train 2 epochs with sgd(rate: 0.05)\nfinetune 1 epoch")).toEqual([null, `${before}, 0.05`]);
  expect(told("train 2 epochs\nfinetune 1 epoch")[1]).toBe(`${before}, 0.001`);
  expect(
    told("train 2 epochs with sgd(rate: 0.1)\nfinetune 1 epoch with adam(rate: 3e-4)\nfinetune 1 epoch")[2],
  ).toBe(`${before}, 0.0003`);
});

it("and none where it does not", () => {
  expect(told("train 2 epochs with sgd(rate: steps(0.1, at: [50%], by: 0.1))\nfinetune 1 epoch")[1]).toBe(
    before,
  );
  const rewound = "train 2 epochs with sgd(rate: 0.1)\nrewind rate to epoch 1\nfinetune 1 epoch";
  expect(told(rewound)[1]).toBe(before);
});
