import { expect, it } from "vitest";
import { resultTable } from "../../cli/result-table.js";
import { sampleReport } from "../runtime/report/sample.js";
import { fakeTerminal } from "./fake-terminal.js";

const report = sampleReport();

it("puts nominal, achieved, effective and physical side by side, or below each other where it is narrow", () => {
  const wide = resultTable(report, fakeTerminal({ columns: 100 }).terminal);
  expect(wide).toMatch(/^removed +of +nominal +achieved +effective +physical$/m);
  const narrow = resultTable(report, fakeTerminal({ columns: 40 }).terminal);
  expect(narrow).toMatch(/^removed$/m);
  for (const row of report.amounts) expect(narrow).toContain(`${row.structure} `);
  const numbers = (text: string) => text.match(/[\d,.]+/g)?.toSorted();
  expect(numbers(narrow)).toEqual(numbers(wide));
});
