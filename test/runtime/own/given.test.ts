import { expect, test } from "vitest";
import { givenDefinitions, type GivenJavaScript } from "../../../runtime/own/functions.js";

test.each<[GivenJavaScript, RegExp]>([
  [
    { criteria: { own: 3 as never } },
    /P7010.*`own` of `criteria` is 3, where an object with `score` belongs/,
  ],
  [{ criteria: { own: {} as never } }, /has no function `score`/],
  [{ criteria: { own: { score: () => [] } as never } }, /does not say what it reads/],
  [{ criteria: { own: { reads: ["q"], score: () => [] } as never } }, /reads "q", which is no value/],
  [{ criteria: { own: { reads: ["a"], score: () => [] } as never } }, /which has a number for every place/],
  [{ penalties: { own: { reads: ["g"], penalty: () => 0 } as never } }, /which is not among what a penalty/],
  [{ penalties: { own: { reads: ["w0"], penalty: () => 0 } as never } }, /reads neither `w` nor `dw`/],
  [{ steps: { a: { act: () => undefined, seconds: 0 } } }, /has 0 for `seconds`/],
  [
    { criteria: { w: { reads: ["w"], score: ({ w }) => w } } },
    /`w` of `criteria` is a tensor in expressions/,
  ],
  [{ gates: { "hard-concrete": 3 as never } }, /is a kind of gate of the language, and would never be used/],
  [{ losses: { huber: () => 0 } as never }, /`huber` of `losses` is a loss of the language/],
  [{ metrics: { accuracy: () => 0 } as never }, /is a measure of the language/],
  [{ compensations: { obs: 3 as never } }, /is a compensation of the language/],
])("options that are no definitions are told: %j", (options, message) => {
  expect(() => givenDefinitions(options)).toThrow(message);
});
