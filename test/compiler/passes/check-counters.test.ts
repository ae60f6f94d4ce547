import { expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";

/** Each mistake: its code, the text that it points at, and what is said there. */
function told(program: string): readonly string[] {
  return front(program)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, span, label }) => `${code} ${program.slice(span?.start, span?.end)}: ${label}`);
}

it.each<[program: string, ...mistakes: string[]]>([
  [
    "repeat 3 times as i { prune weights by magnitude to 50% * i; finetune 1 epoch }",
    "P3007 50% * i: in pass 3, 150%",
  ],
  ["repeat 3 times as i { prune weights by magnitude to 30% * i; finetune 1 epoch }"],
  // In the first pass nothing comes back, in the second what the first took.
  [
    "repeat 2 times as i { train 4 epochs { prune weights by magnitude to 10% * i every epoch\nregrow weights by abs(g) } }",
  ],
  ["repeat 3 times as i { train 1 epoch with sgd(momentum: i / 2) }", "P3027 i / 2: in pass 2, 1"],
  [
    "repeat 3 times as i { train 1 epoch with sgd(rate: 0.2 - 0.1 * i) }",
    "P3011 0.2 - 0.1 * i: in pass 3, -0.1",
  ],
  [
    "repeat 3 times as i { train 1 epoch with sgd(rate: 0.1 -> 0.2 - 0.1 * i) }",
    "P3011 0.1 -> 0.2 - 0.1 * i: in pass 3",
  ],
  ["repeat 3 times as i { train 6 epochs batch 32 / i }", "P3022 32 / i: in pass 3, 10.6667"],
  ["repeat 4 times as i { train 2 epochs / i }", "P3022 2 epochs / i: in pass 3, 0.666667 epochs"],
  [
    "train 1 epoch\nrepeat 20 times as i { quantize weights to i bits; finetune 1 epoch }",
    "P3027 i: in pass 17, 17",
  ],
  [
    "repeat 3 times as i { train 9 epochs { prune weights by magnitude 10% every epoch during epochs 4..6 - i } }",
    "P3023 epochs 4..6 - i: in pass 3",
  ],
  [
    "repeat 3 times as i { train 1 epoch { penalize weights by l2 strength 2 - i } }",
    "P3011 2 - i: in pass 3, -1",
  ],
  // Counters of several loops, one of them as often as the other says.
  [
    "repeat 3 times as i { repeat i times as j { prune weights by magnitude to 20% * i * j; finetune 1 epoch } }",
    "P3007 20% * i * j: in pass 2 of pass 3, 120%",
  ],
  // Two statements, each at its first.
  [
    "repeat 9 times as i { prune weights by magnitude to 20% * i; finetune 1 epoch batch 3 - i }",
    "P3022 3 - i: in pass 3, 0",
    "P3007 20% * i: in pass 6, 120%",
  ],
  // Through the parameters of a method.
  [
    "method cut(to = 10%) { prune weights by magnitude to to; finetune 1 epoch }\nrepeat 3 times as i { cut(to: 40% * i) }",
    "P3007 to: in pass 3, 120%",
  ],
  // What has nothing to do with passes is told once, and not by them.
  [
    "repeat 3 times as i { prune weights by magnitude to 150%; finetune 1 epoch batch i }",
    "P3007 150%: undefined",
  ],
  ["repeat 1000000 times as i { prune weights by magnitude to 0.0001% * i; finetune 1 epoch }"],
  [
    "repeat 1000000 times as i { prune weights by magnitude to 0.00015% * i; finetune 1 epoch }",
    "P3007 0.00015% * i: in pass 999901, 149.985%",
  ],
  [
    "train 1 epoch\nsearch n in 1..3 by random(trials: 2) minimizing loss { repeat n times as i { prune weights by magnitude to 50% * i; finetune 1 epoch } }",
  ],
])("%s", (program, ...mistakes) => {
  expect(told(program)).toEqual(mistakes);
});
