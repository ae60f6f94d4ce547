import { counted } from "../ir/words.js";
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

/** An integer from `min` (default 1) to 2^31 − 1. Without a fallback it must be there. */
export function int(config: Config, key: string, fallback?: number, min = 1): number {
  const value = field(config.values, key);
  if ((value === undefined || value === null) && fallback !== undefined) return fallback;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > MAX_SIZE) {
    return wrong(config, key, min === 1 ? "a positive integer" : `an integer from ${min}`, value);
  }
  return value;
}

export function flag(config: Config, key: string, fallback: boolean): boolean {
  const value = field(config.values, key);
  if (value === undefined || value === null) return fallback;
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
  const value = field(config.values, key);
  if ((value === undefined || value === null) && fallback !== undefined) {
    return typeof fallback === "number" ? new Array<number>(rank).fill(fallback) : fallback;
  }
  const ok = (n: Json | undefined): n is number =>
    typeof n === "number" && Number.isInteger(n) && n >= min && n <= MAX_SIZE;
  if (ok(value)) return new Array<number>(rank).fill(value);
  if (!isJsonArray(value)) return wrong(config, key, "an integer or a list of integers", value);
  const list = value.filter(ok);
  if (list.length !== value.length || (list.length !== rank && list.length !== 1)) {
    return wrong(config, key, `${rank === 1 ? "one integer" : `${rank} integers`} from ${min}`, value);
  }
  const first = list[0];
  return list.length === 1 && rank > 1 && first !== undefined ? new Array<number>(rank).fill(first) : list;
}

/** One of these strings (compared without case and underscores), or the fallback. */
export function choice<T extends string>(config: Config, key: string, values: readonly T[], fallback: T): T {
  const value = field(config.values, key);
  if (value === undefined || value === null) return fallback;
  const plain = (text: string): string => text.replace(/_/g, "").toLowerCase();
  const found = typeof value === "string" ? values.find((v) => plain(v) === plain(value)) : undefined;
  return found ?? wrong(config, key, `one of ${values.join(", ")}`, value);
}

/** `rank` pairs: 1, [1, 2] or [[1, 1], [2, 2]] (before and after). */
export function pairs(
  config: Config,
  key: string,
  rank: number,
  fallback: number,
): readonly (readonly [number, number])[] {
  const value = field(config.values, key);
  const list = value === undefined || value === null ? fallback : value;
  const ok = (n: Json | undefined): n is number =>
    typeof n === "number" && Number.isInteger(n) && n >= 0 && n <= MAX_SIZE;
  const pair = (item: Json | undefined): readonly [number, number] => {
    if (ok(item)) return [item, item];
    if (isJsonArray(item) && item.length === 2 && ok(item[0]) && ok(item[1])) return [item[0], item[1]];
    return wrong(config, key, "a number of cells or pairs of them", value);
  };
  if (ok(list)) return Array.from({ length: rank }, () => pair(list));
  if (isJsonArray(list) && list.length === rank) return list.map(pair);
  return wrong(config, key, "a number of cells or pairs of them", value);
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

/** An activation's name, "linear" when unset. */
export function activation(config: Config, key = "activation"): string {
  const value = field(config.values, key);
  if (value === undefined || value === null) return "linear";
  return typeof value === "string" ? value : wrong(config, key, "the name of an activation", value);
}
