import { ownExpr, type OwnArguments } from "../core/expr/own.js";
import type { Op, Statistic } from "../core/expr/operators.js";
import type {
  CriterionIr,
  CurveIr,
  ExprIr,
  MovingIr,
  OptimizerIr,
  PointIr,
  ValueIr,
} from "../core/ir/types.js";

/** What emitted loops write expressions with: constants for names, combinators for operators. Each gives plain data. */

export const w = "w";
export const w0 = "w0";
export const dw = "dw";
export const g = "g";
export const g2 = "g2";
export const h = "h";
export const hg = "hg";
export const hw = "hw";
export const hinv = "hinv";
export const a = "a";
export const ga = "ga";
export const x = "x";
export const m = "m";
export const gamma = "gamma";
export const beta = "beta";
export const gate = "gate";
export const alpha = "alpha";
export const snr = "snr";
export const size = "size";
export const fanIn = "fan-in";
export const alive = "alive";
export const distance = "distance";
export const tail = "tail";
export const greedyOrder = "greedy-order";
export const lassoPath = "lasso-path";
export const rank = "rank";
export const random = "random";
/** The variable of a curve. */
export const t = "t";

const unary =
  <O extends Op>(operator: O) =>
  (value: ExprIr) =>
    [operator, value] as const;
const binary =
  <O extends Op>(operator: O) =>
  (left: ExprIr, right: ExprIr) =>
    [operator, left, right] as const;
const variadic =
  <O extends Op>(operator: O) =>
  (...values: readonly ExprIr[]) =>
    [operator, ...values] as const;

export const sum = unary("sum");
export const mean = unary("mean");
export const norm = unary("norm");
export const std = unary("std");
/** One argument reduces over the unit's elements, two compare. */
export const min = variadic("min");
export const max = variadic("max");

export const abs = unary("abs");
export const sqrt = unary("sqrt");
export const exp = unary("exp");
export const log = unary("log");
export const sign = unary("sign");
export const clip = variadic("clip");

export const add = binary("+");
export const sub = binary("-");
export const mul = binary("*");
export const div = binary("/");
export const pow = binary("^");
export const neg = unary("-");
export const lt = binary("<");
export const le = binary("<=");
export const gt = binary(">");
export const ge = binary(">=");
export const eq = binary("=");
export const ne = binary("!=");
export const and = binary("and");
export const or = binary("or");
export const not = unary("not");

/** Over the living units of the layer: `layer.mean(E)`. */
export const layer = {
  mean: unary("layer.mean"),
  std: unary("layer.std"),
  max: unary("layer.max"),
  min: unary("layer.min"),
} as const satisfies Record<Statistic, unknown>;
/** Computed batch by batch, then averaged. */
export const batches = unary("batches");

/** What JavaScript works out of what it is given, by its name among the imports; what it reads is put in where its definition is at hand. */
export const own = (name: string, given: OwnArguments = {}): ExprIr => ownExpr(name, [], given);

/** `over`: calibration batches, or "training"; `probes`: random directions for `h`; `under`: the objective that `g` differentiates; `statistics`: those of batch norms. */
export type CriterionOptions = Omit<CriterionIr, "name" | "expr">;

/** A score per unit: its name in reports, and the expression. Lowest goes first. */
export const criterion = (name: string, expr: ExprIr, options: CriterionOptions = {}): CriterionIr => ({
  name,
  expr,
  ...options,
});

/** A value that moves `from` → `to` along a curve: over its rule's window, the phase, or the iterations of a `repeat`. */
export function move(
  from: ExprIr,
  to: ExprIr,
  curve: CurveIr,
  over?: readonly [PointIr, PointIr],
): { readonly moving: MovingIr } {
  return { moving: { from, to, curve, ...(over && { over }) } };
}

/** A declared curve: an expression over `t` in 0..1 giving 0..1. */
export const curve = (name: string, expr: ExprIr): CurveIr => ({ name, expr });

/** A rate that is multiplied by `by` at each of the points. */
export function steps(
  base: ExprIr,
  options: { readonly at: readonly PointIr[]; readonly by: ExprIr },
): StepsRate {
  return { steps: { base, at: options.at, by: options.by } };
}
type StepsRate = Extract<NonNullable<OptimizerIr["rate"]>, { readonly steps: unknown }>;

/** Arguments of an optimizer; each has a default of the runtime. */
export interface OptimizerSpec {
  /** Learning rate. Default: after `rewind rate` the earlier schedule, else 0.01 for `sgd`, 1e-3 for the others. */
  readonly rate?: ValueIr | StepsRate;
  readonly momentum?: ExprIr;
  readonly nesterov?: boolean;
  /** Decay per step of all trainable weights, added to the gradient (decoupled in adamw). */
  readonly weightDecay?: ExprIr;
  readonly beta1?: ExprIr;
  readonly beta2?: ExprIr;
  readonly epsilon?: ExprIr;
  readonly rho?: ExprIr;
  readonly centered?: boolean;
  /** Bounds on the gradient: its global l2 norm, each element. */
  readonly clipNorm?: ExprIr;
  readonly clipValue?: ExprIr;
}

const optimizer =
  (name: OptimizerIr["name"]) =>
  ({ rate, ...rest }: OptimizerSpec = {}): OptimizerIr => {
    const args: Record<string, ExprIr> = {};
    for (const [key, value] of Object.entries(rest)) {
      args[kebab(key)] = typeof value === "boolean" ? Number(value) : value;
    }
    return { name, ...(rate !== undefined && { rate }), args };
  };
export const sgd = optimizer("sgd");
export const adam = optimizer("adam");
export const adamw = optimizer("adamw");
export const rmsprop = optimizer("rmsprop");

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
