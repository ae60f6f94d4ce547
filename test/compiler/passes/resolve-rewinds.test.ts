import { describe, expect, it } from "vitest";
import { codes, phases, steps } from "../../helpers/front.js";

describe("rewinds", () => {
  it("go to the first phase that lasted so long, which keeps that moment and no other", () => {
    const body = steps(
      "train 2 epochs\ntrain 10 epochs\ntrain 12 epochs\nrewind weights to epoch 5\nrewind optimizer to epoch 5",
    );
    expect(phases(body).map((phase) => phase.snapshots)).toEqual([[], [{ epochs: 5 }], []]);
    expect(body.slice(3)).toMatchObject([{ to: { phase: 2, point: { epochs: 5 } } }, { to: { phase: 2 } }]);
  });
  it("to the start need no snapshot", () => {
    const body = steps(
      "repeat 3 times { train 4 epochs; prune weights by magnitude 20%; rewind weights to start }",
    );
    expect(phases(body)[0]?.snapshots).toEqual([]);
  });
  it("find marks of steps and of rules above", () => {
    expect(
      codes(
        "train 5 epochs { mark best every epoch }\nmark now\nrewind weights to best\nrewind weights to now",
      ),
    ).toEqual([]);
    expect(codes("train 5 epochs\nrewind weights to now\nmark now")).toEqual(["P3019"]);
  });
  it("find nothing in a loop of which every pass may be undone, unless they stand in it", () => {
    const loop = (inside: string, behind: string): string =>
      `train 1 epoch\nrepeat 3 times while loss < 1 { train 4 epochs\nmark here\n${inside} }\n${behind}`;
    expect(codes(loop("rewind weights to here", "rewind weights to epoch 1"))).toEqual([]);
    expect(codes(loop("rewind weights to epoch 3", "rewind weights to here"))).toEqual(["P3019"]);
    expect(codes(loop("", "rewind weights to epoch 3"))).toEqual(["P3020"]);
    expect(codes("repeat 3 times while loss < 1 { train 4 epochs }\nrewind weights to start")).toEqual([]);
  });
  it("may stand before the training of the same loop only when they go to the start", () => {
    expect(codes("repeat 3 times { rewind weights to start; train 4 epochs }")).toEqual([]);
    expect(codes("repeat 3 times { rewind weights to epoch 2; train 4 epochs }")).toEqual(["P3020"]);
  });
});
