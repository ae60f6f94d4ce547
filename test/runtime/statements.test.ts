import { describe, expect, test } from "vitest";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { abs, sum, w } from "../../runtime/expressions.js";
import { pruneIr, selectionIr, trainIr } from "../../runtime/statements.js";

const score = sum(abs(w));
/** A loop is code that anybody may have edited: nothing says which types its arguments have. */
const edited = (clauses: object) => JSON.parse(JSON.stringify(clauses));

function notesOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (cause) {
    if (cause instanceof DiagnosticError)
      return cause.diagnostics.flatMap(({ code, notes }) => [code, ...(notes ?? [])]);
    throw cause;
  }
  return [];
}

describe("what a loop hands over", () => {
  test("means what is usual where it says nothing", () => {
    const prune = pruneIr(3, { structure: "weights", by: score, drop: 0.5, regrow: { id: 4, by: "random" } });
    expect(prune).toMatchObject({
      by: { expr: ["sum", ["abs", "w"]] },
      members: "sum",
      scope: "local",
      manner: "held",
      joins: "couple",
      keeping: 1,
      collapse: false,
      aligned: 1,
      regrow: { id: 4, by: { name: "random" }, values: "zero", includingDropped: false },
    });
  });

  test.each([
    [{ structure: "filtres", by: score, drop: 0.5 }, "`$.structure` must be one of"],
    [{ structure: "filters", by: score, drop: true }, "`$.drop` must be a number"],
    [{ structure: "filters", by: score, drop: 0.5, aligned: 0 }, "`$.aligned` must be 1 or more"],
    [
      { structure: "filters", by: score, drop: 0.5, keeping: { share: 2 } },
      "`$.keeping.share` must be 1 or less",
    ],
    [{ structure: "filters", by: score, drop: 0.5, joints: "skip" }, "`$` has no place for `joints`"],
    [{ structure: "filters", by: score, drop: 0.5, in: [] }, "`$.in` must be"],
    [{ structure: "filters", by: score, drop: 0.5, to: 0.9 }, "`$` has more than one amount: drop, to"],
    [{ structure: "filters", by: score }, "`$` lacks an amount"],
    [{ by: score, drop: 0.5 }, "`$` lacks `structure`"],
    [{ structure: null, by: score, drop: 0.5 }, "`$.structure` must be"],
    [{ structure: "filters", drop: 0.5 }, "`$.by` lacks `name`"],
    [{ structure: "filters", by: null, drop: 0.5 }, "`$.by.expr` must be"],
    [{ structure: "filters", by: { name: "l1", expr: null }, drop: 0.5 }, "`$.by.expr` must be"],
    [
      { structure: "weights", by: score, drop: 1, regrow: { by: score, values: "ones" } },
      "`$.values` must be",
    ],
  ])("is refused where no statement can be so: %o", (clauses, note) => {
    const [code, ...notes] = notesOf(() => pruneIr(1, edited(clauses)));
    expect(code).toBe("P7010");
    expect(notes.join("; ")).toContain(note);
  });

  test("is refused in phases and selections too", () => {
    const frozen = edited([{ id: 2, structure: "weights", unit: "weeks" }]);
    expect(notesOf(() => trainIr(1, { epochs: 1, frozen }))[1]).toContain("`$.when.unit` must be one of");
    expect(notesOf(() => selectionIr(edited({ layers: "conv" })))[1]).toContain(
      "`$.layers` must be an array",
    );
  });
});
