import { percent } from "../../runtime/report/numbers.js";
import type { AmountRow, Spread } from "./rows.js";

/** Means and deviations as people read them, the same in the terminal and in the page. */

const around = (deviation: number | null): string =>
  deviation === null ? "" : ` ± ${(100 * deviation).toFixed(2)}`;

export const shareText = ({ mean, deviation }: Spread): string =>
  mean === null ? "–" : `${percent(mean, 2)}${around(deviation)}`;

/** In percentage points. */
const changeText = ({ mean, deviation }: Spread): string =>
  mean === null ? "–" : `${mean < 0 ? "−" : "+"}${(100 * Math.abs(mean)).toFixed(2)}${around(deviation)}`;

export const timesText = ({ mean }: Spread): string => (mean === null ? "–" : `${mean.toFixed(2)}×`);

/** Program, amount, accuracy, change, compression, speed-up and runs, for tables. */
export const amountCells = (row: AmountRow): readonly string[] => [
  row.program,
  row.amount ?? "",
  shareText(row.accuracy),
  changeText(row.change),
  timesText(row.compression),
  timesText(row.speedup),
  row.done === row.runs ? String(row.runs) : `${row.done} of ${row.runs}`,
];
