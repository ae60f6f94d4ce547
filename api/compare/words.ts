import { percent } from "../../runtime/report/numbers.js";
import type { Spread } from "./rows.js";

/** Means and deviations as people read them, the same in the terminal and in the page. */

const around = (deviation: number | null, factor: number): string =>
  deviation === null ? "" : ` ± ${(factor * deviation).toFixed(2)}`;

export const shareText = ({ mean, deviation }: Spread): string =>
  mean === null ? "–" : `${percent(mean, 2)}${around(deviation, 100)}`;

/** In percentage points. */
export const changeText = ({ mean, deviation }: Spread): string =>
  mean === null
    ? "–"
    : `${mean < 0 ? "−" : "+"}${(100 * Math.abs(mean)).toFixed(2)}${around(deviation, 100)}`;

export const timesText = ({ mean }: Spread): string => (mean === null ? "–" : `${mean.toFixed(2)}×`);
