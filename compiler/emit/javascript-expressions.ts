import type { CurveIr, ExprIr, PointIr, ValueIr } from "../../core/ir/types.js";
import { quote, type Js } from "./javascript-value.js";
import type { Scope } from "./scope.js";

/** Expression names that are constants of the runtime, and the operators that are its combinators. */
const constants: ReadonlyMap<string, string> = new Map([
  ...["w", "w0", "dw", "g", "g2", "h", "hg", "a", "ga", "x", "m", "gamma", "beta", "gate", "alpha"].map(
    (name) => [name, name] as const,
  ),
  ["size", "size"],
  ["fan-in", "fanIn"],
  ["alive", "alive"],
  ["random", "random"],
  ["t", "t"],
]);

const combinators: ReadonlyMap<string, string> = new Map([
  ...["sum", "mean", "norm", "std", "min", "max", "abs", "sqrt", "exp", "log", "sign", "clip", "batches"].map(
    (name) => [name, name] as const,
  ),
  ["+", "add"],
  ["-", "sub"],
  ["*", "mul"],
  ["/", "div"],
  ["^", "pow"],
  ["<", "lt"],
  ["<=", "le"],
  [">", "gt"],
  [">=", "ge"],
  ["=", "eq"],
  ["!=", "ne"],
  ["and", "and"],
  ["or", "or"],
  ["not", "not"],
]);

/** Every name the emitter may import for expressions: reserved, so that no constant of a module hides one. */
export const expressionHelpers: readonly string[] = [
  ...constants.values(),
  ...combinators.values(),
  ...["neg", "layer", "criterion", "move", "curve", "steps", "sgd", "adam", "adamw", "rmsprop"],
];

/** An expression as code: plain arithmetic where it holds numbers and loop counters alone, combinators elsewhere. */
export function expressionCode(expr: ExprIr, scope: Scope): string {
  return arithmetic(expr, scope)?.code ?? combined(expr, scope);
}

function combined(expr: ExprIr, scope: Scope): string {
  if (typeof expr === "number") return numberCode(expr);
  if (typeof expr === "string") {
    const variable = scope.variable(expr);
    if (variable !== undefined) return variable;
    const constant = constants.get(expr);
    return constant === undefined ? quote(expr) : scope.helper(constant);
  }
  const [operator, ...operands] = expr;
  if (operator === "string") return `["string", ${quote(String(operands[0]))}]`;
  const code = operands.map((operand) => expressionCode(operand, scope)).join(", ");
  if (operator.startsWith("layer.") && operands.length === 1) {
    const statistic = operator.slice("layer.".length);
    if (["mean", "std", "max"].includes(statistic)) return `${scope.helper("layer")}.${statistic}(${code})`;
  }
  const combinator = operator === "-" && operands.length === 1 ? "neg" : combinators.get(operator);
  return combinator === undefined
    ? `[${quote(operator)}${code === "" ? "" : `, ${code}`}]`
    : `${scope.helper(combinator)}(${code})`;
}

interface Arithmetic {
  readonly code: string;
  /** 4 atoms and calls, 3 powers, 2 products, 1 sums. */
  readonly precedence: number;
  readonly symbol?: string;
}

const infix: ReadonlyMap<string, readonly [symbol: string, precedence: number]> = new Map([
  ["+", ["+", 1]],
  ["-", ["-", 1]],
  ["*", ["*", 2]],
  ["/", ["/", 2]],
  ["^", ["**", 3]],
]);
const mathCalls = new Set(["min", "max", "abs", "sqrt", "exp", "log", "sign"]);

/** Arithmetic over numbers and loop counters as JavaScript arithmetic; null where anything else occurs. */
function arithmetic(expr: ExprIr, scope: Scope): Arithmetic | null {
  if (typeof expr === "number") {
    return { code: numberCode(expr), precedence: expr < 0 || Object.is(expr, -0) ? 0 : 4 };
  }
  if (typeof expr === "string") {
    const variable = scope.variable(expr);
    return variable === undefined ? null : { code: variable, precedence: 4 };
  }
  const [operator, ...operands] = expr;
  const parts: Arithmetic[] = [];
  for (const operand of operands) {
    const part = arithmetic(operand, scope);
    if (part === null) return null;
    parts.push(part);
  }
  const [left, right] = parts;
  if (mathCalls.has(operator) && left !== undefined) {
    return { code: `Math.${operator}(${parts.map((part) => part.code).join(", ")})`, precedence: 4 };
  }
  if (left === undefined || parts.length > 2) return null;
  if (right === undefined) return operator === "-" ? { code: `-${bracket(left, 4)}`, precedence: 0 } : null;
  const found = infix.get(operator);
  if (found === undefined) return null;
  const [symbol, precedence] = found;
  const powers = precedence === 3;
  // Products of unlike operators get the brackets that formatters give them.
  const mixed = precedence === 2 && left.precedence === 2 && left.symbol !== symbol;
  const first = bracket(left, powers || mixed ? 4 : precedence);
  return { code: `${first} ${symbol} ${bracket(right, powers ? 3 : precedence + 1)}`, precedence, symbol };
}

const bracket = (part: Arithmetic, least: number) => (part.precedence < least ? `(${part.code})` : part.code);

/** A finite number as JavaScript writes it; an infinity, which JSON cannot hold, never reaches here from a program. */
export function numberCode(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

export function curveCode(curve: CurveIr, scope: Scope): string {
  if (typeof curve === "string") return quote(curve);
  return `${scope.helper("curve")}(${quote(curve.name)}, ${expressionCode(curve.expr, scope)})`;
}

export function valueCode(value: ValueIr, scope: Scope): string {
  if (typeof value !== "object" || !("moving" in value)) return expressionCode(value, scope);
  const { from, to, curve, over } = value.moving;
  const parts = [expressionCode(from, scope), expressionCode(to, scope), curveCode(curve, scope)];
  if (over) parts.push(`[${pointCode(over.from, scope)}, ${pointCode(over.to, scope)}]`);
  return `${scope.helper("move")}(${parts.join(", ")})`;
}

export function pointCode(point: PointIr, scope: Scope): string {
  if ("epochs" in point) return `{ epochs: ${expressionCode(point.epochs, scope)} }`;
  if ("steps" in point) return `{ steps: ${expressionCode(point.steps, scope)} }`;
  return `{ share: ${expressionCode(point.share, scope)} }`;
}

/** A record of numbers: `{ name: "huber", args: { delta: 1 } }`, or the bare name. */
export function namedValue(named: {
  readonly name: string;
  readonly args: Readonly<Record<string, number>>;
}): Js {
  const fields = Object.entries(named.args).map(([key, value]) => ({ key, value: numberCode(value) }));
  if (fields.length === 0) return quote(named.name);
  return {
    fields: [
      { key: "name", value: quote(named.name) },
      { key: "args", value: { fields } },
    ],
  };
}
