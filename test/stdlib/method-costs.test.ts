import { expect, it } from "vitest";
import * as render from "../../compiler/render/methods.js";
import { pageOf } from "../../scripts/document-methods.mjs";
import { costCell, costLines, type CostRow } from "../../scripts/method-costs.mjs";

/** As `node bench/run.mjs methods` writes them. */
const row: CostRow = {
  method: "l0",
  phases: { "train epochs with adam(rate: 1e-3)": 1.372 },
  events: { prune: 2.41, slim: 12.3, evaluate: 0.01 },
  tensors: 1.004,
  held: 1.31,
};

it("costs stand in the table, and by the program with what it does in each step", () => {
  expect(costCell(row)).toBe("1.37 ×; slim 12 steps; memory 1.31 ×, tensors 1.00 ×");
  expect(costCell({ ...row, phases: { a: 1, b: 2 }, events: {} })).toBe(
    "1.00 × to 2.00 ×; memory 1.31 ×, tensors 1.00 ×",
  );
  expect(costCell({ ...row, phases: {}, events: {} })).toBe("memory 1.31 ×, tensors 1.00 ×");
  expect(costCell(undefined)).toBe("");
  const beyond = {
    "train epochs with adam(rate: 1e-3)": { "the gates": 0.12, "the optimizer": 0.251, none: 0.01 },
  };
  expect(costCell({ ...row, beyond, events: {} })).toBe(
    "1.37 × (0.25 of it for the optimizer); memory 1.31 ×, tensors 1.00 ×",
  );
  expect(costLines({ ...row, beyond, events: {} }, "")).toEqual([
    "cost: a step of `train epochs with adam(rate: 1e-3)` 1.37 ×, beyond plain training: the optimizer 0.25, the gates 0.12; weights, masks and state 1.31 ×, tensors at most 1.00 ×",
  ]);
  const source =
    "train epochs {\n  learn masks on units by hard-concrete strength 0.1\n  prune filters by l1 10%\n}";
  expect(costLines(row, source)).toEqual([
    "cost: a step of `train epochs with adam(rate: 1e-3)` 1.37 × (beside in each step: `learn masks on units by hard-concrete strength 0.1`); events in steps of plain training: prune 2.4, slim 12; weights, masks and state 1.31 ×, tensors at most 1.00 ×",
  ]);
  const page = pageOf(render, [], [row]).split("\n");
  expect(page.find((line) => line.startsWith("| [l0](#l0)"))).toMatch(
    / \| 1\.37 ×; slim 12 steps; [^|]+ \|$/,
  );
  expect(page.find((line) => line.startsWith("| [han](#han)"))).toMatch(/ \|  \|$/);
});
