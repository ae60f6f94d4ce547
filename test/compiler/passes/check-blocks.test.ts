import { expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { applied } from "../../helpers/cases.js";

it("offers to act at step 0 in place of a bare step in a phase", () => {
  const text = "train 20 epochs { prune filters by l1 50% }";
  const [mistake] = front(text).diagnostics;
  expect(mistake?.code).toBe("P3001");
  const [fix] = mistake?.fixes ?? [];
  expect(fix && applied(text, fix)).toBe("train 20 epochs { prune filters by l1 50% at step 0 }");
  expect(front(fix ? applied(text, fix) : "").diagnostics).toEqual([]);
});
