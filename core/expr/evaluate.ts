import type { ExprIr } from "../ir/clauses.js";

/**
 * The value of an expression over plain numbers: counters of `repeat`, `t` of a curve, measures in `until` and `require`,
 * facts of a layer in `where`. Comparisons give 1 or 0; both sides of `=` and `!=` may be strings (`["string", "conv2d"]`).
 * Returns `undefined` when a name has no value here or an operator needs tensors.
 */
export function evaluate(expr: ExprIr, names: ReadonlyMap<string, number | string>): number | undefined {
  const value = valueOf(expr, names);
  return typeof value === "number" ? value : undefined;
}

function valueOf(expr: ExprIr, names: ReadonlyMap<string, number | string>): number | string | undefined {
  if (typeof expr === "number") return expr;
  if (typeof expr === "string") return names.get(expr);
  const [operator, ...operands] = expr;
  if (operator === "string") return typeof operands[0] === "string" ? operands[0] : undefined;
  const values = operands.map((operand) => valueOf(operand, names));
  const [first, second] = values;
  if (operator === "=" || operator === "!=") {
    if (first === undefined || second === undefined) return undefined;
    return (first === second) === (operator === "=") ? 1 : 0;
  }
  const numbers: number[] = [];
  for (const value of values) {
    if (typeof value !== "number") return undefined;
    numbers.push(value);
  }
  return apply(operator, numbers);
}

/** An operator on numbers; booleans are 1 and 0. */
function apply(operator: string, values: readonly number[]): number | undefined {
  const [a, b] = values;
  if (a === undefined) return undefined;
  if (b === undefined) return unary(operator, a);
  if (values.length > 2) return undefined;
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "^":
      return a ** b;
    case "<":
      return a < b ? 1 : 0;
    case "<=":
      return a <= b ? 1 : 0;
    case ">":
      return a > b ? 1 : 0;
    case ">=":
      return a >= b ? 1 : 0;
    case "and":
      return a !== 0 && b !== 0 ? 1 : 0;
    case "or":
      return a !== 0 || b !== 0 ? 1 : 0;
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
    default:
      return undefined;
  }
}

function unary(operator: string, a: number): number | undefined {
  switch (operator) {
    case "-":
      return -a;
    case "not":
      return a === 0 ? 1 : 0;
    case "abs":
      return Math.abs(a);
    case "sqrt":
      return Math.sqrt(a);
    case "exp":
      return Math.exp(a);
    case "log":
      return Math.log(a);
    case "sign":
      return Math.sign(a);
    default:
      return undefined;
  }
}
