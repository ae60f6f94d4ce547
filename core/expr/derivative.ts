import type { ExprIr } from "../ir/clauses.js";
import { isName, nameRow } from "./names.js";
import { argumentsOf, operatorOf, partsOf, plus, times, typeOf } from "./operators.js";

/**
 * The derivative of what a penalty is for one unit, with respect to one element of it: an expression that may use reducers over
 * the unit again. Kinks have subgradient 0; statistics of layers, draws and everything but the variable count as constants.
 */
export function derivative(expr: ExprIr, variable = "w"): ExprIr {
  return along(perUnit(expr), variable);
}

/**
 * The derivative of what a penalty is for one unit with respect to a value that it reads under a name: where it stands by itself, and at
 * each element where it stands in a reducer.
 */
export function sharedSlope(expr: ExprIr, name: string): { readonly own: ExprIr; readonly each: ExprIr } {
  const whole = perUnit(expr);
  const through = reducersIn(whole).map((reducer) => times(partial(whole, reducer), reduced(reducer, name)));
  return { own: partial(whole, name), each: through.reduce(plus, 0) };
}

/** The same with respect to a name that all elements share, such as the unit's gate: a number for the unit. */
export function derivativeOfUnit(expr: ExprIr, name: string): ExprIr {
  const { own, each } = sharedSlope(expr, name);
  return plus(own, each === 0 ? 0 : ["sum", each]);
}

/** The expression for a unit: what varies within one is summed over it. */
export function perUnit(expr: ExprIr): ExprIr {
  return varies(expr) ? ["sum", expr] : expr;
}

/** Whether the expression varies within a unit: over its weights, the places of its activation or its batch norms. */
function varies(expr: ExprIr): boolean {
  if (typeof expr === "string") {
    if (!isName(expr)) return false;
    const { type, penalty } = nameRow(expr);
    return type !== "unit" || ("of" in penalty && penalty.of === "norms");
  }
  return !isHeld(expr) && partsOf(expr).some(varies);
}

/** Reducers, and statistics of layers: one number for all elements. */
function isHeld(expr: ExprIr): boolean {
  const type = typeOf(expr);
  return type === "reduced" || type === "statistic";
}

/** Total derivative at one element: through the element itself and through every reducer that it enters. */
function along(expr: ExprIr, variable: string): ExprIr {
  const through = reducersIn(expr).map((reducer) =>
    times(partial(expr, reducer), reduced(reducer, variable)),
  );
  return through.reduce(plus, partial(expr, variable));
}

/** d reducer(E) at one element: ρ · ∂E, plus what goes through reducers inside E, where ρ = ∂ reducer / ∂ E of the element. */
function reduced(reducer: ExprIr, variable: string): ExprIr {
  if (typeof reducer !== "object") return 0;
  const [body = 0] = argumentsOf(reducer);
  const weight = operatorOf(reducer[0])?.weight?.(body, reducer) ?? 0;
  const direct = times(weight, partial(body, variable));
  return reducersIn(body)
    .map((inner) => times(["sum", times(weight, partial(body, inner))], reduced(inner, variable)))
    .reduce(plus, direct);
}

/** The outermost reducers of an expression, each once. */
function reducersIn(expr: ExprIr): readonly ExprIr[] {
  if (isHeld(expr)) return typeOf(expr) === "reduced" ? [expr] : [];
  return partsOf(expr).flatMap(reducersIn);
}

/** Partial derivative with everything else, other reducers included, held. `by` is a name or a very reducer (by identity). */
function partial(expr: ExprIr, by: ExprIr): ExprIr {
  if (expr === by) return 1;
  if (by === "w" && expr === "dw") return 1;
  // On one batch the mean square of the gradient is its square.
  if (by === "g" && expr === "g2") return times(2, "g");
  if (typeof expr !== "object" || isHeld(expr)) return 0;
  return operatorOf(expr[0])?.slope?.(argumentsOf(expr), (argument) => partial(argument, by), expr) ?? 0;
}
