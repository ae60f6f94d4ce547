/** Element-wise operators over buffers: `out` holds the first argument and receives the result. */

export type Unary = (out: Float64Array, count: number) => void;
export type Binary = (out: Float64Array, right: Float64Array, count: number) => void;

const each =
  (f: (a: number) => number): Unary =>
  (out, count) => {
    for (let i = 0; i < count; i++) out[i] = f(out[i] ?? 0);
  };
const pair =
  (f: (a: number, b: number) => number): Binary =>
  (out, right, count) => {
    for (let i = 0; i < count; i++) out[i] = f(out[i] ?? 0, right[i] ?? 0);
  };

export const unaryOperators: ReadonlyMap<string, Unary> = new Map<string, Unary>([
  ["-", each((a) => -a)],
  ["not", each((a) => (a === 0 ? 1 : 0))],
  [
    "abs",
    (out, count) => {
      for (let i = 0; i < count; i++) out[i] = Math.abs(out[i] ?? 0);
    },
  ],
  ["sqrt", each(Math.sqrt)],
  ["exp", each(Math.exp)],
  ["log", each(Math.log)],
  ["sign", each(Math.sign)],
]);

export const binaryOperators: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ["+", pair((a, b) => a + b)],
  ["-", pair((a, b) => a - b)],
  [
    "*",
    (out, right, count) => {
      for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) * (right[i] ?? 0);
    },
  ],
  ["/", pair((a, b) => a / b)],
  ["^", pair((a, b) => (b === 2 ? a * a : a ** b))],
  ["<", pair((a, b) => (a < b ? 1 : 0))],
  ["<=", pair((a, b) => (a <= b ? 1 : 0))],
  [">", pair((a, b) => (a > b ? 1 : 0))],
  [">=", pair((a, b) => (a >= b ? 1 : 0))],
  ["=", pair((a, b) => (a === b ? 1 : 0))],
  ["!=", pair((a, b) => (a !== b ? 1 : 0))],
  ["and", pair((a, b) => (a !== 0 && b !== 0 ? 1 : 0))],
  ["or", pair((a, b) => (a !== 0 || b !== 0 ? 1 : 0))],
  // Division that derivatives use: the subgradient at a kink is 0.
  ["safe/", pair((a, b) => (b === 0 ? 0 : a / b))],
  ["min", pair(Math.min)],
  ["max", pair(Math.max)],
]);

/** Reducers over the elements of a unit. */
export type Reducer = "sum" | "mean" | "max" | "min" | "norm" | "std";
const reducers: ReadonlySet<string> = new Set(["sum", "mean", "max", "min", "norm", "std"]);

/** Whether `[operator, …]` with this many arguments reduces over a unit. */
export function isReducer(operator: string, args: number): operator is Reducer {
  return reducers.has(operator) && args === 1;
}
