import { argumentsOf } from "./needs.js";
import type { ExprIr } from "../ir/types.js";
import { isReducer } from "./operators.js";

/**
 * The derivative of what a penalty is for one unit, with respect to one element of it: an expression that may use reducers over
 * the unit again. Kinks have subgradient 0; statistics of layers, draws and everything but the variable count as constants.
 */
export function derivative(expr: ExprIr, variable = "w"): ExprIr {
  return along(perUnit(expr), variable);
}

/** The expression for a unit: what varies within one is summed over it. */
export function perUnit(expr: ExprIr): ExprIr {
  return isElementwise(expr) ? ["sum", expr] : expr;
}

/** Whether the expression varies within a unit, so that a penalty sums it. */
function isElementwise(expr: ExprIr): boolean {
  if (typeof expr === "string") return perElement.has(expr);
  if (typeof expr === "number") return false;
  const args = argumentsOf(expr);
  if (isReducer(expr[0], args.length) || expr[0].startsWith("layer.")) return false;
  return args.some(isElementwise);
}

const perElement: ReadonlySet<string> = new Set([
  "w",
  "w0",
  "dw",
  "g",
  "g2",
  "h",
  "hg",
  "m",
  "gamma",
  "beta",
  "a",
]);

/** Total derivative at one element: through the element itself and through every reducer that it enters. */
function along(expr: ExprIr, variable: string): ExprIr {
  const inner = reducersIn(expr);
  const through = inner.map((reducer) => times(partial(expr, reducer), reduced(reducer, variable)));
  return through.reduce(plus, partial(expr, variable));
}

/** d reducer(E) at one element: ρ · ∂E, plus what goes through reducers inside E, where ρ = ∂ reducer / ∂ E of the element. */
function reduced(reducer: ExprIr, variable: string): ExprIr {
  if (typeof reducer === "string" || typeof reducer === "number") return 0;
  const [body = 0] = argumentsOf(reducer);
  const weight = weightOf(reducer[0], body, reducer);
  const direct = times(weight, partial(body, variable));
  return reducersIn(body)
    .map((inner) => times(["sum", times(weight, partial(body, inner))], reduced(inner, variable)))
    .reduce(plus, direct);
}

function weightOf(operator: string, body: ExprIr, reducer: ExprIr): ExprIr {
  switch (operator) {
    case "sum":
      return 1;
    case "mean":
      return ["/", 1, "size"];
    case "norm":
      return ["safe/", body, reducer];
    case "std":
      return ["safe/", ["-", body, ["mean", body]], ["*", "size", reducer]];
    default: {
      const best: ExprIr = ["=", body, reducer];
      return ["safe/", best, ["sum", best]];
    }
  }
}

/** The outermost reducers of an expression, each once. */
function reducersIn(expr: ExprIr): readonly ExprIr[] {
  if (typeof expr === "string" || typeof expr === "number") return [];
  const args = argumentsOf(expr);
  if (isReducer(expr[0], args.length)) return [expr];
  if (expr[0].startsWith("layer.")) return [];
  return args.flatMap(reducersIn);
}

/** Partial derivative with everything else, other reducers included, held. `by` is a name or a very reducer (by identity). */
function partial(expr: ExprIr, by: ExprIr): ExprIr {
  if (expr === by) return 1;
  if (by === "w" && expr === "dw") return 1;
  if (typeof expr === "string" || typeof expr === "number") return 0;
  const operator = expr[0];
  const args = argumentsOf(expr);
  if (isReducer(operator, args.length) || operator.startsWith("layer.")) return 0;
  const [a = 0, b, c] = args;
  const da = partial(a, by);
  if (b === undefined) return times(outer(operator, a, expr), da);
  const db = partial(b, by);
  switch (operator) {
    case "+":
      return plus(da, db);
    case "-":
      return plus(da, times(-1, db));
    case "*":
      return plus(times(da, b), times(a, db));
    case "/":
      return plus(["safe/", da, b], times(-1, ["safe/", times(a, db), ["*", b, b]]));
    case "^":
      return power(a, b, da, db);
    case "min":
    case "max": {
      const rest: ExprIr = args.length > 2 ? [operator, b, ...args.slice(2)] : b;
      const first: ExprIr = [operator === "min" ? "<" : ">", a, rest];
      return plus(times(first, da), times(["-", 1, first], partial(rest, by)));
    }
    case "clip":
      return times(["and", [">", a, b], ["<", a, c ?? b]], da);
    default:
      return 0;
  }
}

/** Derivative of a function of one argument; steps and signs have none. */
function outer(operator: string, a: ExprIr, whole: ExprIr): ExprIr {
  switch (operator) {
    case "-":
      return -1;
    case "abs":
      return ["sign", a];
    case "sqrt":
      return ["safe/", 0.5, whole];
    case "exp":
      return whole;
    case "log":
      return ["safe/", 1, a];
    case "batches":
      return 1;
    default:
      return 0;
  }
}

function power(a: ExprIr, b: ExprIr, da: ExprIr, db: ExprIr): ExprIr {
  if (b === 1) return da;
  const base = b === 2 ? times(2, a) : times(b, ["safe/", ["^", a, b], a]);
  const exponent = db === 0 ? 0 : times(["*", ["^", a, b], ["log", a]], db);
  return plus(times(base, da), exponent);
}

function plus(a: ExprIr, b: ExprIr): ExprIr {
  if (a === 0) return b;
  return b === 0 ? a : ["+", a, b];
}

function times(a: ExprIr, b: ExprIr): ExprIr {
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  return b === 1 ? a : ["*", a, b];
}
