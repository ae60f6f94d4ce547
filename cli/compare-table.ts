import type { Comparison } from "../api/compare/rows.js";
import { amountsGrid } from "../api/compare/words.js";
import { grid } from "./result-table.js";
import type { Terminal } from "./terminal.js";

/** What the page shows and a terminal has no room for: what it leaves out where it is wide, and where it is not. */
const rooms = [
  ["top5Change", "loss"],
  ["top5Change", "loss", "top5"],
] as const;

/** What a comparison prints at its end: a line for each program and amount, mean and deviation over seeds. */
export function compareTable({ amounts, refused }: Comparison, terminal: Terminal): string {
  const tables = rooms.map((leftOut) => {
    const cells = amountsGrid(amounts, leftOut);
    return grid(cells, cells[0].map((_, column) => column).slice(1));
  });
  const fits = (lines: readonly string[]) => lines.every((line) => line.length <= terminal.columns);
  const [head = "", ...lines] = tables.find(fits) ?? tables.at(-1) ?? [];
  const not = refused.map(
    ({ program, amount, message }) =>
      `${program}${amount === null ? "" : ` ${amount}`} did not run: ${message}`,
  );
  return [terminal.colors.dim(head), ...lines, ...not].join("\n");
}
