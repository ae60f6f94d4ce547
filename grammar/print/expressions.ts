import type * as ast from "../ast.js";
import { quote } from "../tokens.js";

/** How tightly an expression holds together, the loosest first; an operand that holds less gets parentheses. */
const levels = [
  "any",
  "or",
  "and",
  "not",
  "compared",
  "added",
  "multiplied",
  "signed",
  "power",
  "primary",
] as const;
type Level = (typeof levels)[number];

const binaryLevels: Readonly<Record<string, Level>> = {
  or: "or",
  and: "and",
  "+": "added",
  "-": "added",
  "*": "multiplied",
  "/": "multiplied",
  "^": "power",
};

function levelOf(value: ast.Expr): Level {
  if (value.kind === "moving") return "any";
  if (value.kind === "binary") return binaryLevels[value.op] ?? "compared";
  if (value.kind === "unary") return value.op === "not" ? "not" : "signed";
  return "primary";
}

/** An expression, in parentheses when its place asks for a tighter one. */
export function expr(value: ast.Expr, least: Level = "or"): string {
  const written = bare(value);
  const loose = levels.indexOf(levelOf(value)) < levels.indexOf(least);
  return loose && value.kind !== "moving" ? `(${written})` : written;
}

export const additive = (value: ast.Expr): string => expr(value, "added");

function bare(value: ast.Expr): string {
  switch (value.kind) {
    case "number":
    case "percent":
      return value.raw;
    case "milliseconds":
      return `${value.raw} ms`;
    case "duration":
      return duration(value);
    case "string":
      return quote(value.value);
    case "list":
      return `[${value.items.map((item) => expr(item)).join(", ")}]`;
    case "ref":
      return dotted(value.path);
    case "call":
      return `${dotted(value.callee)}${args(value.args)}`;
    case "paren":
      return `(${expr(value.inner)})`;
    case "unary":
      return value.op === "not" ? `not ${expr(value.operand, "not")}` : `-${expr(value.operand, "signed")}`;
    case "binary":
      return binary(value);
    case "moving":
      return moving(value);
  }
}

const dotted = (path: readonly ast.Name[]): string => path.map((name) => name.text).join(".");

const singular = (unit: ast.TimeUnit): string => (unit === "epochs" ? "epoch" : "step");

function duration(value: ast.DurationLiteral): string {
  if (!value.counted) return singular(value.unit);
  return `${value.raw} ${value.value === 1 ? singular(value.unit) : value.unit}`;
}

function binary(value: ast.BinaryExpr): string {
  const { op, left, right } = value;
  if (op === "^") return `${expr(left, "primary")}^${expr(right, "signed")}`;
  const level = levelOf(value);
  const tighter = levels[levels.indexOf(level) + 1] ?? "primary";
  return `${expr(left, level)} ${op} ${expr(right, tighter)}`;
}

export function moving(value: ast.Expr): string {
  if (value.kind !== "moving") return expr(value);
  const parts = [`${expr(value.from)} -> ${additive(value.to)}`];
  if (value.curve) parts.push(curve(value.curve));
  if (value.over) parts.push(`over ${window(value.over)}`);
  return parts.join(" ");
}

export const curve = (value: ast.Curve): string =>
  value.name === "along" && value.along ? `along ${callLike(value.along)}` : value.name;

export const range = (value: ast.Range): string => `${additive(value.from)}..${additive(value.to)}`;

export const window = (value: ast.Range): string =>
  value.unit ? `${value.unit} ${range(value)}` : range(value);

export const args = (values: readonly ast.Argument[]): string => `(${values.map(argument).join(", ")})`;

const argument = ({ name, value }: ast.Argument): string =>
  name === undefined ? moving(value) : `${name.text}: ${moving(value)}`;

export const callLike = ({ name, args: values }: ast.CallLike): string =>
  values === undefined ? name.text : `${name.text}${args(values)}`;

export const point = ({ unit, value }: ast.Point): string => `${singular(unit)} ${expr(value)}`;

export const times = (unit: ast.TimeUnit, values: readonly ast.Expr[]): string =>
  `${values.length === 1 ? singular(unit) : unit} ${values.map((value) => expr(value)).join(", ")}`;
