import { qualityOf } from "../../core/ir/qualities.js";
import { sizeTitles, type SizeName } from "../../core/ir/sizes.js";
import { bytes, count, milliseconds, percent } from "./numbers.js";
import type { LatencyFacts, Report, Timed } from "./types.js";

/** One line of the before/after table: words, before, just before the first cut, after, and what is left. */
export interface ComparisonRow {
  readonly what: string;
  readonly before: string;
  /** Empty of what only training changes after the start; cells of a column that no row has are left out. */
  readonly dense: string;
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
    ...shared(report),
  ];
  if (before.latency && after.latency) {
    rows.push(faster("latency, one example", before.latency, after.latency, "single"));
    rows.push(faster("latency, batch of 32", before.latency, after.latency, "batch"));
  }
  if (report.latency) rows.push(...foreseen(report.latency));
  rows.push(...quality(report));
  return rows;
}

/** Of a network whose weights share their values. */
const shared = ({ before, stored }: Report): ComparisonRow[] =>
  stored?.layers.some(({ values }) => values !== null)
    ? [
        left("bytes, values shared", before.bytes, stored.all.shared, bytes),
        left("bytes in Huffman's code", before.bytes, stored.all.coded, bytes),
      ]
    : [];

/** The latency that budgets and conditions went by, and beside it that of its batch, where that has no row yet. */
function foreseen({ table: { batch }, predicted, measured }: LatencyFacts): ComparisonRow[] {
  const of = batch === 1 ? "one example" : `batch of ${batch}`;
  const row = (how: string, sides: LatencyFacts["predicted"]): ComparisonRow =>
    left(`latency, ${of}${how}`, sides.before, sides.after, milliseconds);
  return [
    row(", foreseen", predicted),
    ...(measured === null || batch === 1 || batch === 32 ? [] : [row("", measured)]),
  ];
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
    dense: "",
    after: write(after),
    change: before > 0 ? `${percent(after / before)} left` : "",
  };
}

/** Medians with half of the spread of the middle half; where these overlap, no difference was measured. */
function faster(what: string, before: Timed, after: Timed, of: "single" | "batch"): ComparisonRow {
  const written = ({ spread, ...medians }: Timed): string => {
    const [low, high] = spread?.[of] ?? [NaN, NaN];
    const around = (high - low) / 2;
    return Number.isFinite(around)
      ? `${milliseconds(medians[of])} ± ${around.toFixed(2)}`
      : milliseconds(medians[of]);
  };
  const [a, b] = [before.spread?.[of], after.spread?.[of]];
  const overlap = a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1];
  const ratio = after[of] > 0 ? `${(before[of] / after[of]).toFixed(2)}× as fast` : "";
  return {
    what,
    before: written(before),
    dense: "",
    after: written(after),
    change: overlap ? "no difference measured" : ratio,
  };
}

/** Accuracies, loss and metrics; what pruning changed is said against the dense network, where one was measured. */
function quality({ before, dense, after }: Report): ComparisonRow[] {
  const rows: ComparisonRow[] = [];
  const { loss: l } = dense ?? before;
  for (const [what, name] of [
    ["test accuracy", "accuracy"],
    ["test top-5 accuracy", "top5-accuracy"],
  ] as const) {
    const share = qualityOf(after, name);
    if (share === null) continue;
    const [first, against] = [qualityOf(before, name), qualityOf(dense ?? before, name)];
    rows.push({
      what,
      before: first === null ? "–" : percent(first, 2),
      dense: dense === null || against === null ? "" : percent(against, 2),
      after: percent(share, 2),
      change:
        against === null
          ? ""
          : `${share >= against ? "+" : "−"}${(100 * Math.abs(share - against)).toFixed(2)} points${dense === null ? "" : " on dense"}`,
    });
  }
  if (after.loss !== null)
    rows.push({
      what: "test loss",
      before: before.loss === null ? "–" : decimals(before.loss),
      dense: dense === null || l === null ? "" : decimals(l),
      after: decimals(after.loss),
      change: "",
    });
  for (const [name, value] of Object.entries(after.metrics ?? {})) {
    const [first, middle] = [before.metrics?.[name], dense?.metrics?.[name]];
    rows.push({
      what: `test ${name}`,
      before: first === undefined ? "–" : decimals(first),
      dense: middle === undefined ? "" : decimals(middle),
      after: decimals(value),
      change: "",
    });
  }
  return rows;
}

/** The loss of a network whose weights are not finite is no number either. */
const decimals = (loss: number): string => (Number.isFinite(loss) ? loss.toFixed(4) : "not a number");

/** Titles and rows of the table, without the column of the dense network where nothing stands in it. */
export function comparisonCells(report: Report): readonly (readonly string[])[] {
  const rows = comparison(report);
  const has = rows.some(({ dense }) => dense !== "");
  const cells = (row: ComparisonRow) => [
    row.what,
    row.before,
    ...(has ? [row.dense] : []),
    row.after,
    row.change,
  ];
  return [["", "before", ...(has ? ["dense"] : []), "after", ""], ...rows.map(cells)];
}

export const amountTitles = ["removed", "of", "nominal", "achieved", "effective", "physical"] as const;

/** The table of what was asked and got; `written` puts a count and its share together. */
export function amountCells(
  { amounts }: Report,
  written: (count: string, share: string) => string,
): readonly (readonly string[])[] {
  return amounts.map(({ structure, total, nominal, budget, achieved, effective, physical }) => {
    const cell = (value: number): string => written(count(value), percent(total === 0 ? 0 : value / total));
    return [
      structure,
      count(total),
      nominal === null ? (budget?.join(", ") ?? "–") : cell(nominal),
      ...[achieved, effective, physical].map(cell),
    ];
  });
}
