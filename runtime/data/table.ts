import { raise } from "../../core/diagnostics/create.js";
import type { ExampleSet } from "./examples.js";

/** Rows of named columns (CSV, Parquet) to examples: one column is the label, the others are numbers. */

export type Cell = string | number | bigint | boolean | null | undefined;

/** Column names taken for the label, in this order; else the last column is. */
const LABEL_NAMES = ["label", "class", "target", "y"];
/** Column names that say how much a row counts. */
const WEIGHT_NAMES = ["sample_weight", "sample-weight", "sample_weights"];

/** What the columns are for. `weight` is null where there is none. */
export interface Roles {
  readonly label: string;
  readonly weight: string | null;
  readonly features: readonly string[];
}

export function rolesOf(columns: readonly string[]): Roles {
  const find = (name: string) => columns.find((column) => column.toLowerCase() === name);
  const first = (names: readonly string[]) => names.map(find).find((column) => column !== undefined);
  const weight = first(WEIGHT_NAMES) ?? null;
  const label = first(LABEL_NAMES) ?? columns.filter((column) => column !== weight).at(-1) ?? "";
  return { label, weight, features: columns.filter((column) => column !== label && column !== weight) };
}

/**
 * Whole numbers from 0 and strings are classes; anything else is a number to predict. `names` are the classes of the training split,
 * for the labels of the test split; null where those are numbers.
 */
export function targetsOf(
  labels: readonly Cell[],
  where: string,
  names?: readonly string[] | null,
): ExampleSet["targets"] {
  const numbers = labels.map(toNumber);
  const odd = labels.findIndex((label, row) => isEmpty(label) || isOddNumber(label, numbers[row] ?? NaN));
  if (odd >= 0) {
    const what = isEmpty(labels[odd]) ? "has no label" : `has the label ${String(labels[odd])}`;
    raise("P6007", `${where} row ${odd + 1} ${what}`, { help: "mend or leave out the example" });
  }
  if (numbers.some(Number.isNaN)) {
    const known = names === undefined ? [...new Set(labels.map(String))].sort() : (names ?? []);
    const index = new Map(known.map((name, i) => [name, i]));
    const data = Int32Array.from(labels, (label) => index.get(String(label)) ?? -1);
    const unknown = data.indexOf(-1);
    if (unknown >= 0) {
      raise(
        "P6006",
        `${where} has the label \`${String(labels[unknown])}\`, which the training split has not`,
      );
    }
    return { kind: "classes", labels: data, classes: known.length, names: known };
  }
  const whole = numbers.every((value) => Number.isInteger(value) && value >= 0 && value < 65_536);
  if (!whole) return { kind: "dense", data: Float32Array.from(numbers), shape: [1] };
  return {
    kind: "classes",
    labels: Int32Array.from(numbers),
    classes: numbers.reduce((a, b) => Math.max(a, b), 0) + 1,
  };
}

const isEmpty = (cell: Cell): boolean =>
  cell === null || cell === undefined || (typeof cell === "string" && cell.trim() === "");

/** A number that is none, or infinite; words are neither. */
const isOddNumber = (cell: Cell, value: number): boolean =>
  typeof cell === "number" ? !Number.isFinite(value) : Math.abs(value) === Infinity;

export function toNumber(cell: Cell): number {
  if (typeof cell === "string") return cell.trim() === "" ? NaN : Number(cell);
  if (cell === null || cell === undefined) return NaN;
  return Number(cell);
}

/** Feature values row by row; the first that is no number ends reading, naming its place. */
export function features(
  rows: number,
  columns: readonly string[],
  cell: (row: number, column: number) => Cell,
  where: string,
): Float32Array {
  const data = new Float32Array(rows * columns.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns.length; column++, at++) {
      const value = toNumber(cell(row, column));
      if (!Number.isFinite(value)) {
        const written = String(cell(row, column) ?? "").trim();
        const what = written === "" ? "is empty" : `holds \`${written}\`, which is not a number`;
        raise("P6007", `\`${where}\` row ${row + 1}, column \`${columns[column]}\` ${what}`, {
          help: "turn categories into numbers and fill gaps before training",
        });
      }
      data[at] = value;
    }
  }
  return data;
}
