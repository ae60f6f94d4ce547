import { argumentsOf } from "./needs.js";
import type { ExprIr } from "../ir/types.js";
import { evaluate } from "./evaluate.js";
import type { Node } from "./nodes.js";
import { axisNode, entryNode } from "./nodes.js";
import { isReducer } from "./operators.js";
import type { Reducer } from "./operators.js";
import { namesIn } from "./samples.js";
import type { Space } from "../units/space.js";

/**
 * Parts of an expression over batch-norm scales and shifts alone (`gamma`, `beta`): worked out per batch norm that a unit's channels
 * pass, then reduced over those. Without a reducer they are summed.
 */
export function normNode(
  expr: ExprIr,
  space: Space,
  weights: (key: string) => ArrayLike<number> | undefined,
  numbers: ReadonlyMap<string, number>,
): Node | undefined {
  const [inner, reducer] = normTerm(expr);
  if (inner === undefined) return undefined;
  const values = channelValues(space, inner, reducer, weights, numbers);
  const units = space.channelUnits;
  if (units === null) {
    return axisNode("out", (key) => {
      const weight = space.network.layers.flatMap(({ weights }) => weights).find((one) => one.key === key);
      const ids = weight?.bindings.find(({ role }) => role === "out")?.ids;
      return ids && Float64Array.from(ids, (id) => values.get(space.network.channels.find(id)) ?? 0);
    });
  }
  const byEntry = Float64Array.from({ length: space.entries }, (_, entry) => {
    const unit = space.entryUnit?.[entry] ?? entry;
    return values.get(units[unit]?.root ?? -1) ?? 0;
  });
  return entryNode(byEntry);
}

function normTerm(expr: ExprIr): readonly [ExprIr | undefined, Reducer] {
  if (isNorm(expr)) return [expr, "sum"];
  if (typeof expr === "string" || typeof expr === "number") return [undefined, "sum"];
  const args = argumentsOf(expr);
  const [first] = args;
  if (first !== undefined && isReducer(expr[0], args.length) && isNorm(first)) return [first, expr[0]];
  return [undefined, "sum"];
}

function isNorm(expr: ExprIr): boolean {
  const names = namesIn(expr);
  if (names.size === 0 || ![...names].every((name) => name === "gamma" || name === "beta")) return false;
  return !reduces(expr);
}

const reduces = (expr: ExprIr): boolean =>
  typeof expr === "object" && (isReducer(expr[0], expr.length - 1) || argumentsOf(expr).some(reduces));

/** Values by root channel. */
function channelValues(
  space: Space,
  inner: ExprIr,
  reducer: Reducer,
  weights: (key: string) => ArrayLike<number> | undefined,
  numbers: ReadonlyMap<string, number>,
): ReadonlyMap<number, number> {
  const lists = new Map<number, number[]>();
  for (const layer of space.network.layers) {
    const scale = layer.weights.find(({ name }) => name === "gamma");
    const shift = layer.weights.find(({ name }) => name === "beta");
    const ids = (scale ?? shift)?.bindings[0]?.ids;
    const gamma = scale && weights(scale.key);
    const beta = shift && weights(shift.key);
    ids?.forEach((id, i) => {
      const names = new Map([...numbers, ["gamma", gamma?.[i] ?? 1], ["beta", beta?.[i] ?? 0]] as const);
      const root = space.network.channels.find(id);
      const list = lists.get(root);
      const value = evaluate(inner, names) ?? NaN;
      if (list === undefined) lists.set(root, [value]);
      else list.push(value);
    });
  }
  return new Map([...lists].map(([root, list]) => [root, reduce(list, reducer)]));
}

function reduce(list: readonly number[], reducer: Reducer): number {
  const sum = list.reduce((a, b) => a + b, 0);
  const mean = sum / list.length;
  switch (reducer) {
    case "sum":
      return sum;
    case "mean":
      return mean;
    case "min":
      return Math.min(...list);
    case "max":
      return Math.max(...list);
    case "norm":
      return Math.hypot(...list);
    case "std":
      return Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length);
  }
}
