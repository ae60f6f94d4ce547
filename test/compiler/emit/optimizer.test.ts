import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";

it("leaves a rate that is not written to the run, which may have to go on with an earlier schedule", () => {
  const { code } = compile(`train 2 epochs with sgd(rate: 0.1 -> 0 linear)
rewind rate to epoch 1
train 2 epochs with sgd
train 2 epochs with sgd(momentum: 0.9)`);
  expect(code).toContain('optimizer: sgd({ rate: move(0.1, 0, "linear") })');
  expect(code).toContain("optimizer: sgd() });");
  expect(code).toContain("optimizer: sgd({ momentum: 0.9 }) });");
});
