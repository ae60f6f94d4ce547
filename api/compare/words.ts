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

const lossText = ({ mean, deviation }: Spread): string =>
  mean === null ? "–" : `${mean.toPrecision(4)}${deviation === null ? "" : ` ± ${deviation.toPrecision(2)}`}`;

interface Column {
  readonly title: string;
  readonly cell: (row: AmountRow) => string;
  /** Left out where no row has it. */
  readonly has?: (row: AmountRow) => boolean;
}

const hasTop5 = ({ top5Accuracy }: AmountRow): boolean => top5Accuracy.mean !== null;

const columns = {
  program: { title: "", cell: ({ program }) => program },
  amount: { title: "amount", cell: ({ amount }) => amount ?? "" },
  accuracy: { title: "test accuracy", cell: ({ accuracy }) => shareText(accuracy) },
  change: { title: "on dense", cell: ({ change }) => changeText(change) },
  top5: { title: "top-5", cell: ({ top5Accuracy }) => shareText(top5Accuracy), has: hasTop5 },
  top5Change: { title: "on dense", cell: ({ top5Change }) => changeText(top5Change), has: hasTop5 },
  loss: { title: "test loss", cell: ({ loss }) => lossText(loss) },
  compression: { title: "compression", cell: ({ compression }) => timesText(compression) },
  speedup: { title: "speed-up", cell: ({ speedup }) => timesText(speedup) },
  runs: { title: "runs", cell: ({ done, runs }) => (done === runs ? String(runs) : `${done} of ${runs}`) },
} as const satisfies Readonly<Record<string, Column>>;

/** The columns of the page, and those that a terminal has room for. */
const wide = Object.values<Column>(columns);
const narrow = wide.filter((column) => column !== columns.top5Change && column !== columns.loss);

/** Programs at their amounts: titles, then a line for each. */
export function amountsGrid(
  rows: readonly AmountRow[],
  room: "wide" | "narrow",
): readonly [titles: readonly string[], ...lines: (readonly string[])[]] {
  const shown = (room === "wide" ? wide : narrow).filter(({ has }) => has === undefined || rows.some(has));
  return [shown.map(({ title }) => title), ...rows.map((row) => shown.map(({ cell }) => cell(row)))];
}
