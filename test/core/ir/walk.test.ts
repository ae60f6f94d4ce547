import { describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { criteriaOf, mapStatements, placed, statements } from "../../../core/ir/walk.js";

const { body } = front(
  `mark begin
repeat 2 times as i {
  for each layer as L in conv* {
    train 4 epochs {
      penalize weights by l2 among bottom 50% by magnitude strength 1e-4
      prune weights in L by magnitude to 10% * i every epoch
      regrow in dense* by abs(g)
      update only top 10% by abs(w0)
    }
  }
  rewind weights to begin
}`,
).ir ?? { body: [] };

describe("a walk", () => {
  it("meets every statement in written order, rules behind their phase, with the loops around it", () => {
    expect(
      placed(body).map(({ statement, around }) => [...around.map(({ as }) => as), statement.kind].join(" ")),
    ).toEqual([
      "mark",
      "repeat",
      "i for-each",
      "i L train",
      "i L penalize",
      "i L prune",
      "i L update",

      "i rewind",
    ]);
  });
  it("finds every criterion, those of a paired regrow too", () => {
    expect(statements(body).map((one) => criteriaOf(one).map(({ name }) => name))).toEqual([
      [],
      [],
      [],
      [],
      ["l2", "magnitude"],
      ["magnitude", "abs(g)"],
      ["abs(w0)"],
      [],
    ]);
  });
  it("changes every statement, and nothing where nothing is changed", () => {
    expect(mapStatements(body, (statement) => statement)).toEqual(body);
    const numbered = mapStatements(body, (statement) => ({ ...statement, id: statement.id + 100 }));
    expect(statements(numbered).map(({ id }) => id)).toEqual(statements(body).map(({ id }) => id + 100));
  });
});
