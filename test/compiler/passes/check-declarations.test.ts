import { describe, expect, it } from "vitest";
import { codes } from "../../helpers/front.js";

describe("declarations that nothing uses", () => {
  it("are checked all the same", () => {
    expect(codes("criterion c = sum(nothing)\nslim")).toEqual(["P2002"]);
    expect(codes("penalty p = sum(w + 10%)\nslim")).toEqual(["P2029"]);
    expect(codes("curve c(t) = 1 - (1 - u)^2\nslim")).toEqual(["P2001"]);
    expect(codes("method m(n = 3) { repeat n times { finetune n } }\nslim")).toEqual(["P2020"]);
  });
  it("are told of once, however often they are used", () => {
    expect(codes("criterion c = sum(nothing)\nprune filters by c 10%\nprune filters by 2 * c 10%")).toEqual([
      "P2002",
    ]);
  });
  it("may take parameters without defaults", () => {
    expect(codes("criterion c(power) = sum(abs(w)^power)\nprune filters by c(power: 3) 10%")).toEqual([]);
  });
});
