import { expect, it } from "vitest";
import { codes } from "../../helpers/front.js";

it.each([
  ["shuffle masks", ["P3029"]],
  ["train 2 epochs; shuffle masks; prune weights by l1 10%", ["P3029"]],
  ["repeat 2 times { shuffle masks; train 1 epoch }", ["P3029"]],
  ["prune weights by l1 10%; shuffle masks", []],
  ["train 2 epochs { prune weights by l1 10% every epoch }; shuffle masks", []],
  ["repeat 2 times { shuffle masks; prune weights by l1 10%; train 1 epoch }", []],
  ['load masks from "ticket"; shuffle masks', []],
])("%s", (program, expected) => {
  expect(codes(program)).toEqual(expected);
});
