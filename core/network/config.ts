import { counted } from "../ir/words.js";
import { activationName, type ActivationName } from "./activations.js";
import { field, isJsonArray } from "./json.js";
import { MAX_SIZE } from "./limits.js";
import { raise } from "../diagnostics/create.js";
import { quote, show } from "../diagnostics/quote.js";
import type { Json, JsonObject } from "./types.js";

/** Reads fields of one layer's config; every wrong type is a diagnostic that names the layer and the field. */
export interface Config {
  readonly path: string;
  readonly values: JsonObject;
}

function wrong(config: Config, key: string, expected: string, value: Json | undefined): never {
  return raise("P5002", `\`${key}\` of layer ${quote(config.path)} is ${show(value)}, not ${expected}`);
}

/** A field, unset where it is null. */
const given = (config: Config, key: string): Exclude<Json, null> | undefined =>
  field(config.values, key) ?? undefined;

const isSize = (value: Json | undefined, min: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= MAX_SIZE;

/** An integer from `min` (default 1) to 2^31 − 1. Without a fallback it must be there. */
export function int(config: Config, key: string, fallback?: number, min = 1): number {
  const value = given(config, key) ?? fallback;
  if (value !== undefined && (value === fallback || isSize(value, min))) return value;
  const expected = min === 1 ? "a positive integer" : `an integer from ${min}`;
  return wrong(config, key, expected, field(config.values, key));
}

export function flag(config: Config, key: string, fallback: boolean): boolean {
  const value = given(config, key) ?? fallback;
  return typeof value === "boolean" ? value : wrong(config, key, "true or false", value);
}

/** A number or a list of `rank` of them, as a list. */
export function sizes(
  config: Config,
  key: string,
  rank: number,
  fallback?: number | readonly number[],
  min = 1,
): readonly number[] {
  const value = given(config, key) ?? fallback;
  const spread = (n: number): readonly number[] => new Array<number>(rank).fill(n);
  if (isSize(value, min)) return spread(value);
  if (!isJsonArray(value))
    return wrong(config, key, "an integer or a list of integers", field(config.values, key));
  const list = value.filter((n) => isSize(n, min));
  const [first] = list;
  if (list.length === value.length && list.length === rank) return list;
  if (list.length === value.length && list.length === 1 && first !== undefined) return spread(first);
  return wrong(config, key, `${rank === 1 ? "one integer" : `${rank} integers`} from ${min}`, value);
}

/** One of these strings (compared without case and underscores), or the fallback. */
export function choice<T extends string>(config: Config, key: string, values: readonly T[], fallback: T): T {
  const value = given(config, key) ?? fallback;
  const plain = (text: string): string => text.replace(/_/g, "").toLowerCase();
  const found = typeof value === "string" ? values.find((v) => plain(v) === plain(value)) : undefined;
  return found ?? wrong(config, key, `one of ${values.join(", ")}`, value);
}

/** `rank` pairs: 1, [1, 2] or [[1, 1], [2, 2]] (before and after); a single pair may stand alone. */
export function pairs(
  config: Config,
  key: string,
  rank: number,
  fallback: number,
): readonly (readonly [number, number])[] {
  const value = given(config, key) ?? fallback;
  const refuse = (): never => wrong(config, key, "a number of cells or pairs of them", value);
  const pair = (item: Json | undefined): readonly [number, number] => {
    const [before, after] = isJsonArray(item) && item.length === 2 ? item : [item, item];
    return isSize(before, 0) && isSize(after, 0) ? [before, after] : refuse();
  };
  if (rank === 1 && isJsonArray(value) && value.length === 2) return [pair(value)];
  if (!isJsonArray(value)) return Array.from({ length: rank }, () => pair(value));
  return value.length === rank ? value.map(pair) : refuse();
}

/** An axis or a list of axes, made non-negative for a tensor of `rank` (the batch is axis 0). */
export function axes(config: Config, key: string, rank: number, fallback: number): readonly number[] {
  const value = field(config.values, key) ?? fallback;
  const list = isJsonArray(value) ? value : [value];
  return list.map((axis) => {
    if (typeof axis !== "number" || !Number.isInteger(axis) || axis < -rank || axis >= rank) {
      return wrong(config, key, `an axis of a tensor with ${counted(rank, "axes")}`, axis);
    }
    return axis < 0 ? axis + rank : axis;
  });
}

/** The activation that a config names; "linear" where it names none. @throws DiagnosticError P5151 */
export function activation(
  config: Config,
  key = "activation",
  fallback: ActivationName = "linear",
): ActivationName {
  const value = given(config, key) ?? fallback;
  if (typeof value !== "string") return wrong(config, key, "the name of an activation", value);
  return (
    activationName(value) ??
    raise("P5151", `layer ${quote(config.path)} has the unknown activation ${quote(value)}`)
  );
}
