import type { ExprIr } from "../ir/clauses.js";
import { nothing, ownFills, type Fill } from "./fills.js";

/** Reduce the elements of a unit to one number. */
export type Reducer = "sum" | "mean" | "max" | "min" | "norm" | "std";
/** Taken over the living units of a layer. */
export type Statistic = "mean" | "std" | "max" | "min";
type Function = "abs" | "sqrt" | "exp" | "log" | "sign" | "clip";
type Infix =
  "+" | "-" | "*" | "/" | "^" | "<" | "<=" | ">" | ">=" | "=" | "!=" | "and" | "or" | "not" | "safe/";

/** Everything an expression may do. `safe/` is what derivatives divide by: it is 0 where the divisor is. */
export type Op =
  Infix | Function | Reducer | `layer.${Statistic}` | `members.${Statistic}` | "batches" | "own";

/** The derivative of `[op, ...args]`, given what gives those of its arguments. */
type Slope = (args: readonly ExprIr[], of: (argument: ExprIr) => ExprIr, whole: ExprIr) => ExprIr;

interface Operator {
  /**
   * How the type of the result follows: "arithmetic" from both units, "comparison" and "logic" give truths, "elementwise" keeps
   * that of its arguments, "reduced" gives one number per unit, "statistic" one per layer, "members" one per unit from those of its members; "averaged" is E of every batch; "own" is worked out in JavaScript.
   */
  readonly type:
    | "arithmetic"
    | "comparison"
    | "logic"
    | "elementwise"
    | "reduced"
    | "statistic"
    | "members"
    | "averaged"
    | "internal"
    | "own";
  /** Its values by number of arguments, place by place. More than two arguments are taken from the left. */
  readonly value: {
    readonly 1?: (a: number) => number;
    readonly 2?: (a: number, b: number) => number;
    readonly 3?: (a: number, b: number, c: number) => number;
  };
  /** Null: it counts as constant (steps, signs, statistics), or it reduces. */
  readonly slope: Slope | null;
  /** Of a reducer R(E): ∂R / ∂E at one element. */
  readonly weight: ((element: ExprIr, whole: ExprIr) => ExprIr) | null;
  /** The function of emitted loops that makes it; null where no program writes it. */
  readonly combinator: string | null;
  /** As JavaScript over plain numbers: an infix sign with its precedence (1 sums, 2 products, 3 powers), or a function. */
  readonly javascript: readonly [sign: string, precedence: number] | string | null;
}

const truth = (holds: boolean): number => (holds ? 1 : 0);
const none = { weight: null, slope: null, javascript: null } as const;
const comparison = <C extends string>(combinator: C, holds: (a: number, b: number) => boolean) =>
  ({
    ...none,
    type: "comparison",
    value: { 2: (a: number, b: number) => truth(holds(a, b)) },
    combinator,
  }) as const;
const fn = <C extends string>(combinator: C, value: (a: number) => number, slope: Slope | null) =>
  ({
    ...none,
    type: "elementwise",
    value: { 1: value },
    slope,
    combinator,
    javascript: `Math.${combinator}`,
  }) as const;
const reducer = <C extends string>(combinator: C, weight: NonNullable<Operator["weight"]>) =>
  ({ ...none, type: "reduced", value: {}, weight, combinator }) as const;
/** No loop has a word for it. */
const ofMembers = { ...none, type: "members", value: {}, combinator: null } as const;
const statistic = { ...none, type: "statistic", value: {}, combinator: "layer" } as const;

/** Where the extreme is reached: several elements share the slope. */
const atExtreme: NonNullable<Operator["weight"]> = (element, whole) => {
  const best: ExprIr = ["=", element, whole];
  return ["safe/", best, ["sum", best]];
};
/** Of two the better one has the slope, the second where they are equal. */
const extreme = <C extends "min" | "max">(name: C, value: (a: number, b: number) => number) =>
  ({
    type: "reduced",
    value: { 2: value },
    weight: atExtreme,
    slope: ([a = 0, b = 0, ...more]: readonly ExprIr[], of: (argument: ExprIr) => ExprIr) => {
      const rest: ExprIr = more.length > 0 ? [name, b, ...more] : b;
      const first: ExprIr = [name === "min" ? "<" : ">", a, rest];
      return plus(times(first, of(a)), times(["-", 1, first], of(rest)));
    },
    combinator: name,
    javascript: `Math.${name}`,
  }) as const;

/** One row says all that is known of an operator. */
export const operators = {
  "+": {
    ...none,
    type: "arithmetic",
    value: { 2: (a, b) => a + b },
    slope: ([a = 0, b = 0], of) => plus(of(a), of(b)),
    combinator: "add",
    javascript: ["+", 1],
  },
  "-": {
    ...none,
    type: "arithmetic",
    value: { 1: (a) => -a, 2: (a, b) => a - b },
    slope: ([a = 0, b], of) => (b === undefined ? times(-1, of(a)) : plus(of(a), times(-1, of(b)))),
    combinator: "sub",
    javascript: ["-", 1],
  },
  "*": {
    ...none,
    type: "arithmetic",
    value: { 2: (a, b) => a * b },
    slope: ([a = 0, b = 0], of) => plus(times(of(a), b), times(a, of(b))),
    combinator: "mul",
    javascript: ["*", 2],
  },
  "/": {
    ...none,
    type: "arithmetic",
    value: { 2: (a, b) => a / b },
    slope: ([a = 0, b = 1], of) => plus(over(of(a), b), times(-1, over(times(a, of(b)), ["*", b, b]))),
    combinator: "div",
    javascript: ["/", 2],
  },
  "^": {
    ...none,
    type: "arithmetic",
    value: { 2: (a, b) => (b === 2 ? a * a : a ** b) },
    slope: ([a = 0, b = 1], of) => {
      if (b === 1) return of(a);
      const base = b === 2 ? times(2, a) : times(b, ["safe/", ["^", a, b], a]);
      const exponent = of(b);
      const more = exponent === 0 ? 0 : times(["*", ["^", a, b], ["log", a]], exponent);
      return plus(times(base, of(a)), more);
    },
    combinator: "pow",
    javascript: ["**", 3],
  },
  "<": comparison("lt", (a, b) => a < b),
  "<=": comparison("le", (a, b) => a <= b),
  ">": comparison("gt", (a, b) => a > b),
  ">=": comparison("ge", (a, b) => a >= b),
  "=": comparison("eq", (a, b) => a === b),
  "!=": comparison("ne", (a, b) => a !== b),
  and: { ...none, type: "logic", value: { 2: (a, b) => truth(a !== 0 && b !== 0) }, combinator: "and" },
  or: { ...none, type: "logic", value: { 2: (a, b) => truth(a !== 0 || b !== 0) }, combinator: "or" },
  not: { ...none, type: "logic", value: { 1: (a) => truth(a === 0) }, combinator: "not" },
  "safe/": {
    ...none,
    type: "internal",
    value: { 2: (a, b) => (b === 0 ? 0 : a / b) },
    combinator: null,
  },
  abs: fn("abs", Math.abs, ([a = 0], of) => times(["sign", a], of(a))),
  sqrt: fn("sqrt", Math.sqrt, ([a = 0], of, whole) => times(["safe/", 0.5, whole], of(a))),
  exp: fn("exp", Math.exp, ([a = 0], of, whole) => times(whole, of(a))),
  log: fn("log", Math.log, ([a = 0], of) => times(["safe/", 1, a], of(a))),
  sign: fn("sign", Math.sign, null),
  clip: {
    ...none,
    type: "elementwise",
    value: { 3: (a, low, high) => Math.min(Math.max(a, low), high) },
    slope: ([a = 0, low = 0, high = low], of) => times(["and", [">", a, low], ["<", a, high]], of(a)),
    combinator: "clip",
  },
  sum: reducer("sum", () => 1),
  mean: reducer("mean", () => ["/", 1, "size"]),
  norm: reducer("norm", (element, whole) => ["safe/", element, whole]),
  std: reducer("std", (element, whole) => ["safe/", ["-", element, ["mean", element]], ["*", "size", whole]]),
  min: extreme("min", Math.min),
  max: extreme("max", Math.max),
  "layer.mean": statistic,
  "layer.std": statistic,
  "layer.max": statistic,
  "layer.min": statistic,
  "members.mean": ofMembers,
  "members.std": ofMembers,
  "members.max": ofMembers,
  "members.min": ofMembers,
  batches: {
    ...none,
    type: "averaged",
    value: {},
    slope: ([a = 0], of) => of(a),
    combinator: "batches",
  },
  own: { ...none, type: "own", value: {}, combinator: "own" },
} as const satisfies Record<Op, Operator>;

const rows: Readonly<Record<Op, Operator>> = operators;

export const isOp = (name: string): name is Op => Object.hasOwn(operators, name);
export const operatorOf = (name: string): Operator | undefined => (isOp(name) ? rows[name] : undefined);

/** Functions by the names that programs call them by. */
export const functionNames: readonly Op[] = Object.keys(operators)
  .filter(isOp)
  .filter((op) => ["elementwise", "reduced", "statistic", "members", "averaged"].includes(rows[op].type));

/** How many arguments an operator takes: fewest first. */
export function arityOf(op: Op): readonly number[] {
  const { type, value } = rows[op];
  const reduces = type === "reduced" || type === "statistic" || type === "members" || type === "averaged";
  return [...(reduces ? [1] : []), ...Object.keys(value).map(Number)];
}

/** Whether `[operator, …]` with this many arguments reduces over a unit: `min` and `max` of several compare them. */
export function isReducer(operator: string, args: number): operator is Reducer {
  return operatorOf(operator)?.type === "reduced" && args === 1;
}

/** What an operation applies to; nothing for numbers and names. */
export const partsOf = (expr: ExprIr): readonly ExprIr[] =>
  typeof expr === "object" ? argumentsOf(expr) : [];

/** What an operation does, as its row says, but that `min` and `max` of several compare; undefined for numbers and names. */
export function typeOf(expr: ExprIr): Operator["type"] | undefined {
  if (typeof expr !== "object") return undefined;
  const type = operatorOf(expr[0])?.type;
  return type === "reduced" && expr.length !== 2 ? "elementwise" : type;
}

/** The statistic of a layer that an operator takes. */
export function statisticOf(operator: string): Statistic | undefined {
  if (operatorOf(operator)?.type !== "statistic") return undefined;
  const name = operator.slice("layer.".length);
  return name === "mean" || name === "std" || name === "max" || name === "min" ? name : undefined;
}

/** The arguments of an operation, without its operator. */
export function argumentsOf(expr: readonly [string, ...ExprIr[]]): readonly ExprIr[] {
  const [, ...rest] = expr;
  return rest;
}

/** An operator on plain numbers; undefined where it takes other numbers of arguments, or works on more than numbers. */
export function applyTo(operator: string, values: readonly number[]): number | undefined {
  const value: Operator["value"] = operatorOf(operator)?.value ?? {};
  const [a, b, c] = values;
  if (a === undefined) return undefined;
  if (b === undefined) return value[1]?.(a);
  if (c !== undefined && value[3] !== undefined && values.length === 3) return value[3](a, b, c);
  const both = value[2];
  return both && values.slice(1).reduce((so, next) => both(so, next), a);
}

/** The same over buffers; undefined where the operator is not element-wise with so many arguments. */
export function fillOf(operator: string, args: number): Fill | undefined {
  const own = ownFills[`${operator} ${args}`];
  if (own !== undefined) return own;
  const value: Operator["value"] = operatorOf(operator)?.value ?? {};
  const { 1: one, 2: two, 3: three } = value;
  if (args === 1) {
    if (one === undefined) return undefined;
    return ([out = nothing], count) => {
      for (let i = 0; i < count; i++) out[i] = one(out[i] ?? 0);
    };
  }
  if (args === 3 && three !== undefined) {
    return ([out = nothing, b = nothing, c = nothing], count) => {
      for (let i = 0; i < count; i++) out[i] = three(out[i] ?? 0, b[i] ?? 0, c[i] ?? 0);
    };
  }
  if (two === undefined) return undefined;
  return ([out = nothing, ...rest], count) => {
    for (const right of rest) for (let i = 0; i < count; i++) out[i] = two(out[i] ?? 0, right[i] ?? 0);
  };
}

/** a + b, without what adds nothing. */
export function plus(a: ExprIr, b: ExprIr): ExprIr {
  if (a === 0) return b;
  return b === 0 ? a : ["+", a, b];
}

/** a / b as derivatives divide, without what divides nothing. */
const over = (a: ExprIr, b: ExprIr): ExprIr => (a === 0 ? 0 : ["safe/", a, b]);

/** a · b, without what multiplies nothing. */
export function times(a: ExprIr, b: ExprIr): ExprIr {
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  return b === 1 ? a : ["*", a, b];
}
