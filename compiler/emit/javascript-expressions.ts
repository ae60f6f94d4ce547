import type { CurveIr, ExprIr, PointIr, ValueIr } from "../../core/ir/types.js";
import { allNames, isName, nameRow } from "../../core/expr/names.js";
import { optimizerNames } from "../../core/ir/optimizers.js";
import { operatorOf, operators, statisticOf } from "../../core/expr/operators.js";
import { argumentsOfOwn, isOwn, ownName, type OwnArguments } from "../../core/expr/own.js";
import { quote, type Field } from "./javascript-value.js";
import type { Scope } from "./scope.js";

/** `-` of one argument has a combinator of its own. */
const negation = "neg";
/** Constants and combinators of the runtime that expressions are written with. */
const constantOf = (name: string): string | null =>
  isName(name) ? nameRow(name).constant : name === "t" ? "t" : null;

/** Every name the emitter may import for expressions: reserved, so that no constant of a module hides one. */
export const expressionHelpers: readonly string[] = [
  ...allNames.flatMap((name) => nameRow(name).constant ?? []),
  ...Object.values(operators).flatMap(({ combinator }) => combinator ?? []),
  ...["t", negation, "criterion", "move", "curve", "steps"],
  ...optimizerNames,
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
    const constant = constantOf(expr);
    return constant === null ? quote(expr) : scope.helper(constant);
  }
  // What it reads is known to the function itself.
  if (isOwn(expr)) return `${scope.helper("own")}(${quote(ownName(expr))}${givenCode(argumentsOfOwn(expr))})`;
  const [operator, ...operands] = expr;
  if (operator === "string") return `["string", ${quote(String(operands[0]))}]`;
  const code = operands.map((operand) => expressionCode(operand, scope)).join(", ");
  const statistic = operands.length === 1 ? statisticOf(operator) : undefined;
  if (statistic !== undefined) return `${scope.helper("layer")}.${statistic}(${code})`;
  const negates = operator === "-" && operands.length === 1;
  const combinator = negates ? negation : (operatorOf(operator)?.combinator ?? null);
  return combinator === null
    ? `[${quote(operator)}${code === "" ? "" : `, ${code}`}]`
    : `${scope.helper(combinator)}(${code})`;
}

/** What JavaScript is given, as a further argument; nothing where it is given nothing. */
export function givenCode(given: OwnArguments = {}): string {
  const fields = givenFields(given).map(({ key, value }) => `${key}: ${value}`);
  return fields.length === 0 ? "" : `, { ${fields.join(", ")} }`;
}

/** What JavaScript is given, by name. */
export const givenFields = (given: OwnArguments): readonly (Field & { readonly value: string })[] =>
  Object.entries(given).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? quote(value) : numberCode(value),
  }));

interface Arithmetic {
  readonly code: string;
  /** 4 atoms and calls, 3 powers, 2 products, 1 sums. */
  readonly precedence: number;
  readonly symbol?: string;
}

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
  const javascript = operatorOf(operator)?.javascript ?? null;
  if (typeof javascript === "string" && left !== undefined) {
    return { code: `${javascript}(${parts.map((part) => part.code).join(", ")})`, precedence: 4 };
  }
  if (left === undefined || parts.length > 2) return null;
  if (right === undefined) return operator === "-" ? { code: `-${bracket(left, 4)}`, precedence: 0 } : null;
  if (javascript === null || typeof javascript === "string") return null;
  const [symbol, precedence] = javascript;
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

function curveCode(curve: CurveIr, scope: Scope): string {
  if (typeof curve === "string") return quote(curve);
  return `${scope.helper("curve")}(${quote(curve.name)}, ${expressionCode(curve.expr, scope)})`;
}

export function valueCode(value: ValueIr, scope: Scope): string {
  if (typeof value !== "object" || !("moving" in value)) return expressionCode(value, scope);
  const { from, to, curve, over } = value.moving;
  const parts = [expressionCode(from, scope), expressionCode(to, scope), curveCode(curve, scope)];
  if (over) parts.push(`[${over.map((end) => pointCode(end, scope)).join(", ")}]`);
  return `${scope.helper("move")}(${parts.join(", ")})`;
}

export function pointCode(point: PointIr, scope: Scope): string {
  if ("epochs" in point) return `{ epochs: ${expressionCode(point.epochs, scope)} }`;
  if ("steps" in point) return `{ steps: ${expressionCode(point.steps, scope)} }`;
  return `{ share: ${expressionCode(point.share, scope)} }`;
}
