import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import type { ExampleSet } from "./examples.js";
import { readBytes } from "./files.js";
import { features, rolesOf, targetsOf, toNumber } from "./table.js";

/**
 * One CSV file: a header (or none, when every cell of the first row is a number), one example a row. The label is the column
 * `label`, `class`, `target` or `y`, else the last one.
 */
export async function readCsv(path: string, classNames?: readonly string[] | null): Promise<ExampleSet> {
  const name = basename(path);
  const bytes = await readBytes(path);
  const rows = parseRows(bytes, name);
  const first = rows[0];
  if (first === undefined) raise("P6003", `\`${name}\` has no rows`);
  const headless = first.every((cell) => !Number.isNaN(toNumber(cell)));
  const header = headless ? first.map((_, i) => `column ${i + 1}`) : first;
  const body = headless ? rows : rows.slice(1);
  if (body.length === 0) raise("P6003", `\`${name}\` has a header but no rows`);
  const roles = rolesOf(header);
  if (roles.features.length === 0)
    raise("P6003", `\`${name}\` has one column; features and a label are needed`);
  const label = header.indexOf(roles.label);
  const weight = roles.weight === null ? -1 : header.indexOf(roles.weight);
  const numbers = (places: readonly number[]) => {
    const names = places.map((i) => header[i] ?? "");
    return features(body.length, names, (row, i) => body[row]?.[places[i] ?? -1], name);
  };
  const inputs = [...header.keys()].filter((i) => i !== label && i !== weight);
  const labels = body.map((row) => row[label]);
  return {
    examples: body.length,
    shape: [inputs.length],
    inputs: numbers(inputs),
    targets: targetsOf(labels, `\`${name}\``, classNames),
    ...(weight >= 0 && { weights: numbers([weight]) }),
  };
}

function parseRows(bytes: Uint8Array, name: string): string[][] {
  try {
    const rows: string[][] = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      delimiter: name.includes(".tsv") ? "\t" : ",",
      max_record_size: 64 * 2 ** 20,
    });
    return rows;
  } catch (cause) {
    raise("P6003", `\`${name}\` is not a regular table: ${reasonOf(cause)}`);
  }
}
