import type { Comparison } from "../api/compare/rows.js";
import { amountCells } from "../api/compare/words.js";
import { grid } from "./result-table.js";
import type { Terminal } from "./terminal.js";

/** What a comparison prints at its end: a line for each program and amount, mean and deviation over seeds. */
export function compareTable({ amounts, refused }: Comparison, terminal: Terminal): string {
  const titles = ["", "amount", "test accuracy", "on dense", "compression", "speed-up", "runs"];
  const [head = "", ...lines] = grid([titles, ...amounts.map(amountCells)], [1, 2, 3, 4, 5, 6]);
  const not = refused.map(
    ({ program, amount, message }) =>
      `${program}${amount === null ? "" : ` ${amount}`} did not run: ${message}`,
  );
  return [terminal.colors.dim(head), ...lines, ...not].join("\n");
}
