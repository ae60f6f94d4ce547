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

/** Programs at their amounts, all columns but these: titles, then a line for each. */
export function amountsGrid(
  rows: readonly AmountRow[],
  leftOut: readonly (keyof typeof columns)[] = [],
): readonly [titles: readonly string[], ...lines: (readonly string[])[]] {
  const left = new Set<Column>(leftOut.map((name) => columns[name]));
  const shown = Object.values<Column>(columns).filter(
    (column) => !left.has(column) && (column.has === undefined || rows.some(column.has)),
  );
  return [shown.map(({ title }) => title), ...rows.map((row) => shown.map(({ cell }) => cell(row)))];
}
