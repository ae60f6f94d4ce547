import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { trainIr } from "../../../runtime/statements.js";
import { lossNamed } from "../../../runtime/run/phase/losses.js";

/** From the program's words to what the executor is told. */
const lossOf = (words: string) => {
  const { ir, code } = compile(`train 1 epoch minimizing ${words} { prune weights by l1 10% every epoch }`);
  const [train] = ir?.body ?? [];
  if (train?.kind !== "train" || train.loss === undefined) throw new Error("a phase with a loss");
  expect(code).toContain(lossNamed(train.loss).name);
  return lossNamed(train.loss);
};

test.each([
  ["hinge", { name: "hinge" }],
  ["cross-entropy(label-smoothing: 0.1)", { name: "cross-entropy", labelSmoothing: 0.1 }],
  ["binary-cross-entropy(label-smoothing: 0.2)", { name: "binary-cross-entropy", labelSmoothing: 0.2 }],
  ["huber(delta: 0.5)", { name: "huber", delta: 0.5 }],
  ["cross-entropy(class-weights: [1, 0, 2.5])", { name: "cross-entropy", classWeights: [1, 0, 2.5] }],
])("%s", (words, wanted) => expect(lossOf(words)).toEqual(wanted));

test("a loss in a hand-written loop may be a bare name", () => {
  const { loss } = trainIr(1, { epochs: 1, loss: "huber" });
  expect(loss && lossNamed(loss)).toEqual({ name: "huber" });
});
