import { raise } from "../../core/diagnostics/create.js";
import { counted } from "../../core/ir/words.js";
import { inputNames, outputNames } from "../../core/network/ends.js";
import { isObject } from "../../core/network/json.js";
import type { Network, Shape } from "../../core/network/types.js";
import type { Batch, Dense, Labels } from "../types.js";
import { sizeOf } from "./examples.js";
import { checkEntries, isArray, numbersOf, type Numbers } from "./numbers.js";

/**
 * A batch as users write it, `{ inputs, targets, weights }` or `{ xs, ys, weights }`, as one that fits the network. Arrays are tensors,
 * typed arrays, nested lists or `{ data, shape }`; those of several ends come as a list, or by the names of their layers. Targets of
 * the output's shape without its last axis are class indices, and so is what comes as `{ labels }`.
 * @throws DiagnosticError P6005, P6006 where it does not fit, P6007 for values that are not finite, P6010 for what is no batch
 */
export function toBatch(value: unknown, network: Network, where: string): Batch {
  if (!isObject(value)) raise("P6010", `${where} is not an object with \`inputs\` and \`targets\``);
  checkEntries(value, ["inputs", "targets", "weights", "xs", "ys", "size"], where);
  const shapeOf = (tensor: number): Shape => network.tensors[tensor]?.shape ?? [];
  const [reads, gives] = [network.inputs.map(shapeOf), network.outputs.map(shapeOf)];
  const given = byEnd(
    either(value, "inputs", "xs", where),
    inputNames(network),
    reads.length,
    `${where}, inputs`,
  );
  if (given.length !== reads.length)
    raise("P6005", `${where} has ${counted(given.length, "inputs")}, the network reads ${reads.length}`);
  const inputs = reads.map((shape, i) => toInput(given[i], shape, `${where}, input ${i + 1}`));
  const size = inputs[0]?.shape[0] ?? 0;

  const names = outputNames(network);
  const wanted = byEnd(either(value, "targets", "ys", where), names, gives.length, `${where}, targets`);
  if (wanted.length !== gives.length)
    raise(
      "P6006",
      `${where} has ${counted(wanted.length, "targets")}, the network has ${counted(gives.length, "outputs")}`,
    );
  const targets = gives.map((shape, i) => toTarget(wanted[i], shape, size, `${where}, target ${i + 1}`));
  const rows = [
    ...inputs.map(({ shape }) => shape[0]),
    ...targets.map((one, i) =>
      one.kind === "dense" ? one.shape[0] : labelledRows(one, gives[i] ?? [], size),
    ),
    ...("size" in value ? [value["size"]] : []),
  ];
  if (size < 1 || rows.some((count) => count !== size))
    raise("P6010", `${where} mixes ${rows.map(String).join(", ")} rows`);
  const weights = weightsOf(value["weights"], names, targets, gives, size, where);
  return { inputs, targets, size, ...(weights && { weights }) };
}

/** An entry by either of its names. */
function either(
  value: Readonly<Record<string, unknown>>,
  ours: string,
  theirs: string,
  where: string,
): unknown {
  if (value[ours] !== undefined && value[theirs] !== undefined)
    raise("P6010", `${where} has \`${ours}\` and \`${theirs}\`, which are the same`);
  const found = value[ours] ?? value[theirs];
  if (found === undefined || found === null) raise("P6010", `${where} has no \`${ours}\``);
  return found;
}

/** What is given for each end: alone, as a list, or by the names of the ends. */
function byEnd(value: unknown, names: readonly string[], ends: number, where: string): readonly unknown[] {
  if (Array.isArray(value) && (ends > 1 || !isArray(value))) return value;
  if (isArray(value) || !isObject(value)) return [value];
  if (names.length === 0) return [value];
  checkEntries(value, names, where);
  return names.map((name) => value[name]);
}

function toInput(value: unknown, shape: Shape, where: string): Dense {
  const given = numbersOf(value, where);
  if (given.bytes)
    raise("P6010", `${where} holds bytes`, {
      help: "give a Float32Array of what the network reads: `Float32Array.from(bytes, (byte) => byte / 255)`",
    });
  if (!fits(given.shape, shape))
    raise("P6005", `${where} has the shape ${written(given.shape)}, the network wants ${written(shape)}`);
  return dense(given, given.shape, where);
}

/** Numbers of an output's shape, or class indices for it. */
function toTarget(value: unknown, shape: Shape, rows: number, where: string): Dense | Labels {
  const units = shape.at(-1) ?? 0;
  const places = shape.slice(0, -1);
  const labelled = isObject(value) && ("labels" in value || value["kind"] === "labels");
  const given = labelled ? labelsOf(value, where) : numbersOf(value, where);
  if (!labelled && fits(given.shape, shape)) return dense(given, given.shape, where);
  const trails = given.shape.length === shape.length && given.shape.at(-1) === 1;
  const own = trails ? given.shape.slice(0, -1) : given.shape;
  // A list of labels without a shape may be of any.
  if (labelled && (own.length === 1 || fits(own, places))) return labels(given, units, rows, where);
  if (!labelled && fits(own, places))
    return units === 1 ? dense(given, [...own, 1], where) : labels(given, units, rows, where);
  const indices = `class indices have the shape ${written(places)}, as \`{ labels }\` or in an array of whole numbers`;
  raise("P6006", `${where} has the shape ${written(given.shape)}, the network gives ${written(shape)}`, {
    help: units === 1 ? undefined : indices,
  });
}

function labelsOf(value: Readonly<Record<string, unknown>>, where: string): Numbers {
  checkEntries(value, ["kind", "labels", "data", "shape", "classes"], where);
  const { shape, labels: data = value["data"] } = value;
  return numbersOf(shape === undefined ? data : { data, shape }, where);
}

/** @throws DiagnosticError P6006 for what is no class of the network */
function labels({ data }: Numbers, units: number, rows: number, where: string): Labels {
  // One unit, a sigmoid, tells two classes apart.
  const classes = units === 1 ? 2 : units;
  const values = Int32Array.from(data);
  for (let i = 0; i < values.length; i++) {
    const label = data[i] ?? NaN;
    if (label === values[i] && label >= 0 && label < classes) continue;
    const row = Math.floor(i / Math.max(1, Math.floor(values.length / Math.max(1, rows)))) + 1;
    if (!Number.isFinite(label)) notFinite(where, label, row);
    raise(
      "P6006",
      `${where} has the label ${label} at row ${row}, the network tells ${counted(classes, "classes")} apart`,
    );
  }
  return { kind: "labels", data: values, classes };
}

/** Rows that class indices are for: one index a row, or one for each of its positions. */
function labelledRows({ data }: Labels, shape: Shape, size: number): number {
  const places = shape.slice(1, -1);
  if (places.length === 0) return data.length;
  const known = places.every((extent): extent is number => extent !== null);
  const each = known ? sizeOf(places) : data.length / size;
  return data.length / each;
}

/** @throws DiagnosticError P6007 for the first value that is not finite */
function dense({ data }: Numbers, shape: readonly number[], where: string): Dense {
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  // 0·x is 0 for finite x and not a number otherwise: one sum tells of all.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] ?? 0);
  if (sum !== 0) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    notFinite(where, data[at] ?? NaN, Math.floor((at * (shape[0] ?? 1)) / values.length) + 1);
  }
  return { kind: "dense", data: values, shape };
}

function notFinite(where: string, value: number, row: number): never {
  const what = Number.isNaN(value)
    ? "a value that is not a number"
    : `the value ${value}, which no float32 holds`;
  raise("P6007", `${where} has ${what}, at row ${row}`, { help: "mend or leave out the example" });
}

/** How much every row counts, or every position of it, at each output; undefined where nothing is said. */
function weightsOf(
  value: unknown,
  names: readonly string[],
  targets: Batch["targets"],
  shapes: readonly Shape[],
  size: number,
  where: string,
): Batch["weights"] {
  if (value === undefined || value === null) return undefined;
  const given = byEnd(value, names, names.length, `${where}, weights`);
  if (given.length !== 1 && given.length !== targets.length)
    raise(
      "P6010",
      `${where} has ${counted(given.length, "weights")} for ${counted(targets.length, "outputs")}`,
    );
  return targets.map((target, i) => {
    const one = given.length === 1 ? given[0] : given[i];
    if (one === undefined || one === null) return null;
    const of = `${where}, weights${given.length === 1 ? "" : ` ${i + 1}`}`;
    const { data } = dense(numbersOf(one, of), [size], of);
    const classes = shapes[i]?.at(-1) ?? 1;
    const places = target.kind === "labels" ? target.data.length : target.data.length / classes;
    if (data.length === size || data.length === places) return data;
    const each = places === size ? "" : `, or ${places / size} for each of them`;
    raise("P6010", `${of}: ${counted(data.length, "numbers")} for ${counted(size, "rows")}${each}`);
  });
}

const fits = (own: readonly number[], wanted: Shape): boolean =>
  own.length === wanted.length &&
  own.every((extent, axis) => axis === 0 || wanted[axis] === null || wanted[axis] === extent);

const written = (shape: Shape): string => shape.map((extent) => extent ?? "any").join(" × ");
