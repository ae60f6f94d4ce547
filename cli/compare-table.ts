import type { Comparison, Spread } from "../api/compare/rows.js";
import { percent } from "../runtime/report/numbers.js";
import { grid } from "./result-table.js";
import type { Terminal } from "./terminal.js";

/** What a comparison prints at its end: a line for each program and amount, mean and deviation over seeds. */
export function compareTable({ amounts, refused }: Comparison, terminal: Terminal): string {
  const rows = amounts.map((row) => [
    row.program,
    row.amount ?? "",
    shares(row.accuracy),
    points(row.change),
    times(row.compression),
    times(row.speedup),
    row.done === row.runs ? String(row.runs) : `${row.done} of ${row.runs}`,
  ]);
  const titles = ["", "amount", "test accuracy", "on dense", "compression", "speed-up", "runs"];
  const [head = "", ...lines] = grid([titles, ...rows], [1, 2, 3, 4, 5, 6]);
  const not = refused.map(
    ({ program, amount, message }) =>
      `${program}${amount === null ? "" : ` ${amount}`} did not run: ${message}`,
  );
  return [terminal.colors.dim(head), ...lines, ...not].join("\n");
}

const shares = ({ mean, deviation }: Spread): string =>
  mean === null
    ? "–"
    : `${percent(mean, 2)}${deviation === null ? "" : ` ± ${(100 * deviation).toFixed(2)}`}`;
const points = ({ mean, deviation }: Spread): string =>
  mean === null
    ? "–"
    : `${mean < 0 ? "−" : "+"}${(100 * Math.abs(mean)).toFixed(2)}${deviation === null ? "" : ` ± ${(100 * deviation).toFixed(2)}`}`;
const times = ({ mean }: Spread): string => (mean === null ? "–" : `${mean.toFixed(2)}×`);
