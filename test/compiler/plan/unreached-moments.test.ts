import { describe, expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";

/** Ten steps an epoch, where data are bound. */
const said = (program: string, bound = true): readonly string[] =>
  compile(program, { batch: 24, ...(bound && { data: { examples: 240 } }) })
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, message, notes = [], span }) =>
      [code, message, ...notes, program.slice(span?.start, span?.end)].join(" | "),
    );

describe("rewinds to moments that are not reached", () => {
  it("are told where the steps of an epoch decide it", () => {
    expect(said("train 1 epoch\nrewind weights to step 100")).toEqual([
      "P3020 | no phase above reached step 100 | `train 1 epoch` lasts 10 steps, 10 an epoch | step 100",
    ]);
    expect(said("train 15 steps\nrewind weights to epoch 2")).toEqual([
      "P3020 | no phase above reached epoch 2 | `train 15 steps` lasts 15 steps, 10 an epoch | epoch 2",
    ]);
    expect(said("train 1 epoch { mark q at step 30 }\nrewind weights to q")).toEqual([
      "P3020 | the mark `q` is never set | q",
    ]);
  });

  it.each([
    "train 1 epoch\nrewind weights to step 10",
    "train 20 steps\nrewind weights to epoch 2",
    "train 4 epochs { mark q at step 30 }\nrewind weights to q",
    "repeat 2 times { train 1 epoch { mark q at step 30 }; mark q; rewind weights to q }",
    "mark q\ntrain 1 epoch { mark q at step 30 }\nrewind weights to q",
    "train 1 epoch { mark q at steps 5, 30 }; rewind weights to q",
  ])("are none in %s", (program) => {
    expect(said(program)).toEqual([]);
  });

  it("are left to the run where no data are bound", () => {
    expect(said("train 1 epoch\nrewind weights to step 100", false)).toEqual([]);
    expect(said("train 1 epoch { mark q at step 30 }\nrewind weights to q", false)).toEqual([]);
  });
});
