import { counted } from "../../core/ir/words.js";
import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import type { ExampleSet } from "./examples.js";
import { MAX_BYTES, readBytes } from "./files.js";
import { features, rolesOf, targetsOf, type Cell } from "./table.js";

type Row = Readonly<Record<string, unknown>>;

/** One Parquet file: number columns (or one column of number lists) and a label column as in csv.ts. */
export async function readParquet(path: string, classNames?: readonly string[] | null): Promise<ExampleSet> {
  const name = basename(path);
  const bytes = await readBytes(path);
  const file = bytes.slice().buffer;
  const rows = await readRows(file, name);
  const first = rows[0];
  if (!first) raise("P6003", `\`${name}\` has no rows`);
  const { label, weight, features: columns } = rolesOf(Object.keys(first));
  if (columns.length === 0) raise("P6003", `\`${name}\` has one column; features and a label are needed`);
  const labels = rows.map((row) => row[label]);
  const targets = isList(labels[0])
    ? { kind: "dense" as const, ...numberLists(labels, label, name) }
    : targetsOf(
        labels.map((value, row) => labelCell(value, row, name)),
        `\`${name}\``,
        classNames,
      );
  const numbers = (names: readonly string[]) =>
    features(rows.length, names, (row, i) => cellOf(rows[row]?.[names[i] ?? ""]), name);
  const weights = weight !== null && { weights: numbers([weight]) };
  const [only = ""] = columns;
  if (columns.length === 1 && isList(first[only])) {
    const lists = rows.map((row) => row[only]);
    const { data, shape } = numberLists(lists, only, name);
    return { examples: rows.length, shape, inputs: data, targets, ...weights };
  }
  return { examples: rows.length, shape: [columns.length], inputs: numbers(columns), targets, ...weights };
}

/** The values of a column of number lists, all as long as the first. */
function numberLists(lists: readonly unknown[], column: string, name: string) {
  const width = listOf(lists[0]).length;
  const odd = lists.findIndex((value) => !isList(value) || value.length !== width);
  if (odd >= 0) raise("P6003", `\`${name}\` row ${odd + 1} has a list of another length than the first row`);
  const names = Array.from({ length: width }, (_, i) => `${column}[${i}]`);
  const data = features(lists.length, names, (row, i) => cellOf(listOf(lists[row])[i]), name);
  return { data, shape: [width] };
}

/** A label that is a word or a number, or nothing. */
function labelCell(value: unknown, row: number, name: string): Cell {
  const cell = cellOf(value);
  if (cell !== null || value === null || value === undefined) return cell;
  raise("P6006", `\`${name}\` row ${row + 1} has a label that is no word, number or list of numbers`);
}

async function readRows(file: ArrayBuffer, name: string): Promise<readonly Row[]> {
  // Columns are read side by side, and one may fail before the others are waited for: those must not fail on their own later.
  let failed = false;
  const slice = async (start: number, end?: number): Promise<ArrayBuffer> => {
    await setImmediate();
    return failed ? new Promise<never>(() => undefined) : file.slice(start, end);
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const unpacked = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
    if (!(unpacked <= MAX_BYTES)) raise("P6008", `\`${name}\` unpacks to ${counted(unpacked, "bytes")}`);
    return await parquetReadObjects({ file: { byteLength: file.byteLength, slice }, metadata, compressors });
  } catch (cause) {
    failed = true;
    if (cause instanceof Error && cause.name === "DiagnosticError") throw cause;
    raise("P6003", `\`${name}\` is not a whole Parquet file: ${reasonOf(cause)}`);
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
function listOf(value: unknown): ArrayLike<unknown> {
  return isList(value) ? value : [];
}
function cellOf(value: unknown): Cell {
  return typeof value === "number" ||
    typeof value === "string" ||
    typeof value === "bigint" ||
    typeof value === "boolean"
    ? value
    : null;
}
