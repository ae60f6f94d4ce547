import { describe, expect, it } from "vitest";
import { codes } from "../../helpers/front.js";

const soft = "train 5 epochs { prune filters by l2 to 30% softly every epoch }";

describe("soft and latent deaths", () => {
  it("end with harden masks, with slim, or with slim as a rule", () => {
    expect(codes(soft)).toEqual(["P3016"]);
    expect(codes(`${soft}\nslim`)).toEqual([]);
    expect(codes(`${soft}\nharden masks`)).toEqual([]);
    expect(codes(`slim\n${soft}`)).toEqual(["P3016"]);
    expect(
      codes("train 5 epochs { prune filters by l2 to 30% softly every epoch; slim at epochs 5 }"),
    ).toEqual([]);
  });
});

describe("regrowth and slim", () => {
  it("do not go together in one phase, and a regrow below needs a prune between", () => {
    expect(
      codes("train 9 epochs { prune filters by l1 10% every epoch; regrow random; slim every 3 epochs }"),
    ).toEqual(["P3014"]);
    expect(
      codes("train 9 epochs { prune weights by l1 10% every epoch; regrow random; slim every 3 epochs }"),
    ).toEqual([]);
    const after = "prune filters by l1 50%\nslim\ntrain 2 epochs\nregrow filters random 10%\ntrain 2 epochs";
    expect(codes(after)).toEqual(["P3014"]);
    expect(codes(after.replace("regrow", "prune filters by l1 50%\nregrow"))).toEqual([]);
  });
});
