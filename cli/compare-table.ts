import type { Comparison } from "../api/compare/rows.js";
import { amountsGrid } from "../api/compare/words.js";
import { grid } from "./result-table.js";
import type { Terminal } from "./terminal.js";

/** What a comparison prints at its end: a line for each program and amount, mean and deviation over seeds. */
export function compareTable({ amounts, refused }: Comparison, terminal: Terminal): string {
  const cells = amountsGrid(amounts, "narrow");
  const [head = "", ...lines] = grid(cells, cells[0].map((_, column) => column).slice(1));
  const not = refused.map(
    ({ program, amount, message }) =>
      `${program}${amount === null ? "" : ` ${amount}`} did not run: ${message}`,
  );
  return [terminal.colors.dim(head), ...lines, ...not].join("\n");
}
