import { expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";

const notes = (program: string): unknown =>
  front(program).diagnostics.map(({ code, notes }) => `${code} ${(notes ?? []).join()}`);

it.each([
  ["compensation", "prune neurons by l1 50% compensating by mine"],
  ["gate", "train 1 epoch { learn masks on neurons by mine }"],
])("an unknown %s may be one of JavaScript", (kind, program) => {
  expect(notes(program)).toContain(
    `P2002 one of your own comes from JavaScript: \`use ${kind} mine from "./own.mjs"\``,
  );
});

it("a slip is of a name of the language", () => {
  expect(notes("prune neurons by l1 50% compensating by least-square")).toContain("P2002 ");
});
