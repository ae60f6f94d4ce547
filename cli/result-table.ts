import { amountCells, amountTitles, comparisonCells } from "../runtime/report/comparison.js";
import { wrap } from "../compiler/render/text.js";
import type { Report } from "../runtime/report/types.js";
import type { Terminal } from "./terminal.js";

/** What `run` prints at its end: before and after, then nominal, achieved, effective, physical side by side. */
export function resultTable(report: Report, terminal: Terminal): string {
  const { colors } = terminal;
  const cells = comparisonCells(report);
  const sizes = grid(cells, cells[0]?.length === 5 ? [1, 2, 3] : [1, 2]);
  const amounts = amountCells(report, (value, share) => `${value} (${share})`);
  const wide = amounts.length === 0 ? [] : grid([amountTitles, ...amounts], [1, 2, 3, 4, 5]);
  const asked = wide.every((line) => line.length <= terminal.columns) ? wide : upright(amountTitles, amounts);
  const [head = "", ...body] = sizes;
  const [askedHead, ...askedBody] = asked;
  const lines = [colors.dim(head), ...body];
  if (askedHead !== undefined) lines.push("", colors.dim(askedHead), ...askedBody);
  const { slower } = report.timing;
  if (slower.length > 0) lines.push("", ...slower.flatMap((line) => wrap(line, terminal.columns)));
  return lines.join("\n");
}

/** The same for narrow terminals: a block for each row, a line for each of its cells. */
function upright(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const blocks = rows.map(([what = "", ...cells]) =>
    grid(
      cells.map((cell, i) => [i === 0 ? what : "", titles[i + 1] ?? "", cell]),
      [2],
    ),
  );
  return ["removed", ...blocks.flat()];
}

/** Columns as wide as their widest cell, two spaces apart; the columns in `right` are aligned to the right. */
export function grid(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
