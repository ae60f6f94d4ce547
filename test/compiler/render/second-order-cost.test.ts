import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts } from "../../../compiler/render/check/facts.js";

it.each([
  ["w * hg over 2 batches", "2 batches forward and backward at each event, 3 times over"],
  [
    "0.5 * h * w^2 over 8 batches and 16 probes",
    "8 batches forward and backward at each event, 32 times over",
  ],
  ["w * hw over 2 batches", "2 batches forward and backward at each event, 2 times over"],
  ["(w * g - 0.5 * w * hw)^2", "1 batch forward and backward at each event, 3 times over"],
  ["h * w^2", "1 batch forward and backward at each event, 2 times over"],
  ["g + h + hg over 3 probes", "1 batch forward and backward at each event, 9 times over"],
  ["abs(w * hg) under synflow", "no data: 3 passes forward and backward at each event"],
])("`by %s` costs %s", (score, cost) => {
  const [criterion] = checkFacts(compile(`prune weights by ${score} 50%\ntrain 1 epoch`)).criteria;
  expect(criterion?.cost).toBe(cost);
});
