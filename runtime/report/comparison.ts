import { sizeTitles, type SizeName } from "../../core/ir/sizes.js";
import { bytes, count, milliseconds, percent } from "./numbers.js";
import type { NetworkFacts, Report } from "./types.js";

/** One line of the before/after table: words, before, after, and what is left. */
export interface ComparisonRow {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
}

/** The table that the terminal and the page both show: sizes, latency, accuracy. */
export function comparison(report: Report): readonly ComparisonRow[] {
  const { before, after } = report;
  const rows: ComparisonRow[] = [
    left(sizeTitles.params, before.params, after.params, count),
    ...nonzero("nonzero params", [before.nonzeroParams, after.nonzeroParams], [before.params, after.params]),
    left(sizeTitles.macs, before.macs, after.macs, count),
    ...nonzero("nonzero macs", [before.nonzeroMacs, after.nonzeroMacs], [before.macs, after.macs]),
    left("bytes of weights", before.bytes, after.bytes, bytes),
    left("bytes gzipped", before.gzipped, after.gzipped, bytes),
  ];
  if (before.latency && after.latency) {
    rows.push(faster("latency, one example", before.latency.single, after.latency.single));
    rows.push(faster("latency, batch of 32", before.latency.batch, after.latency.batch));
  }
  rows.push(...quality(before, after));
  return rows;
}

type Sides = readonly [number, number];

/** Where it differs from the dense size. Shares are of the dense network before. */
const nonzero = (size: SizeName, [before, after]: Sides, [whole, dense]: Sides): ComparisonRow[] =>
  before === whole && after === dense
    ? []
    : [{ ...left(sizeTitles[size], whole, after, count), before: count(before) }];

function left(what: string, before: number, after: number, write: (value: number) => string): ComparisonRow {
  return {
    what,
    before: write(before),
    after: write(after),
    change: before > 0 ? `${percent(after / before)} left` : "",
  };
}

function faster(what: string, before: number, after: number): ComparisonRow {
  return {
    what,
    before: milliseconds(before),
    after: milliseconds(after),
    change: after > 0 ? `${(before / after).toFixed(2)}× as fast` : "",
  };
}

function quality(before: NetworkFacts, after: NetworkFacts): ComparisonRow[] {
  const rows: ComparisonRow[] = [];
  const { accuracy: a, loss: l } = before;
  if (after.accuracy !== null) {
    const points =
      a === null
        ? ""
        : `${after.accuracy >= a ? "+" : "−"}${(100 * Math.abs(after.accuracy - a)).toFixed(2)} points`;
    rows.push({
      what: "test accuracy",
      before: a === null ? "–" : percent(a, 2),
      after: percent(after.accuracy, 2),
      change: points,
    });
  }
  if (after.loss !== null)
    rows.push({
      what: "test loss",
      before: l === null ? "–" : decimals(l),
      after: decimals(after.loss),
      change: "",
    });
  return rows;
}

/** The loss of a network whose weights are not finite is no number either. */
const decimals = (loss: number): string => (Number.isFinite(loss) ? loss.toFixed(4) : "not a number");

export const amountTitles = ["removed", "of", "nominal", "achieved", "effective", "physical"] as const;

/** The table of what was asked and got; `written` puts a count and its share together. */
export function amountCells(
  { amounts }: Report,
  written: (count: string, share: string) => string,
): readonly (readonly string[])[] {
  return amounts.map(({ structure, total, nominal, achieved, effective, physical }) => [
    structure,
    count(total),
    ...[nominal, achieved, effective, physical].map((value) =>
      value === null ? "–" : written(count(value), percent(total === 0 ? 0 : value / total)),
    ),
  ]);
}
