import type { BinaryExpr } from "../../../grammar/ast.js";
import { replace } from "../../../core/diagnostics/create.js";
import type { Type, Typed } from "../scope.js";
import { reject } from "../lowering.js";
import type { ExprContext } from "./context.js";
import { describe } from "../scope.js";
import { fold } from "../../../core/expr/evaluate.js";
import type { Infer } from "./infer.js";
import { layerFacts } from "../../../core/expr/names.js";
import { operatorOf } from "../../../core/expr/operators.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import { measureNames, wholeOf } from "../../../core/ir/sizes.js";

const scoreTypes: ReadonlySet<Type> = new Set<Type>(["element", "activation", "unit"]);

/** What two values joined by an operator mean; types decide, since `50%` is a share and `2 epochs` a length. */
export function inferBinary(expr: BinaryExpr, context: ExprContext, infer: Infer): Typed | null {
  const left = infer(expr.left, context);
  const right = infer(expr.right, context);
  if (left === null || right === null) return null;
  const rule = operatorOf(expr.op)?.type;
  if (rule === "logic") return logical(expr, left, right, context);
  if (rule === "comparison") return compare(expr, left, right, context);
  const type = arithmetic(expr.op, left.type, right.type);
  if (type !== null) return { type, ir: fold(expr.op, left.ir, right.ir) };
  return mismatch(expr, left, right, context);
}

function logical(expr: BinaryExpr, left: Typed, right: Typed, context: ExprContext): Typed | null {
  for (const [side, typed] of [
    [expr.left, left],
    [expr.right, right],
  ] as const) {
    if (typed.type !== "boolean" && !scoreTypes.has(typed.type)) {
      return reject(
        context,
        "P2027",
        `\`${expr.op}\` joins conditions, and this is ${describe(typed.type)}`,
        side.span,
      );
    }
  }
  const type =
    left.type === "boolean" && right.type === "boolean" ? "boolean" : widest(left.type, right.type);
  return type === null
    ? mismatch(expr, left, right, context)
    : { type, ir: fold(expr.op, left.ir, right.ir) };
}

function compare(expr: BinaryExpr, left: Typed, right: Typed, context: ExprContext): Typed | null {
  const { op } = expr;
  if (isSize(left) && right.type === "share") {
    return { type: "boolean", ir: [op, left.ir, ofLoaded(left, right)] };
  }
  if (left.type === "share" && isSize(right)) {
    return { type: "boolean", ir: [op, ofLoaded(right, left), right.ir] };
  }
  if (left.type === "text" && right.type === "text" && (op === "=" || op === "!=")) {
    if (expr.left.kind === "ref" && typeof left.ir !== "string" && typeof right.ir !== "string") {
      const name = expr.left.path.map((part) => part.text).join(".");
      return reject(context, "P2001", `a layer has no \`${name}\``, expr.left.span, {
        ...unknownName(undefined, name, expr.left.span, Object.keys(layerFacts)),
      });
    }
    return { type: "boolean", ir: [op, left.ir, right.ir] };
  }
  if (
    context.vocabulary === "layer" &&
    left.type === "text" &&
    expr.left.kind === "ref" &&
    typeof left.ir !== "string"
  ) {
    const name = expr.left.path.map((part) => part.text).join(".");
    return reject(context, "P2001", `a layer has no \`${name}\``, expr.left.span, {
      ...unknownName(undefined, name, expr.left.span, Object.keys(layerFacts)),
    });
  }
  const sizes = (a: Type, b: Type): boolean => a === "size" && (b === "size" || b === "number");
  if (sizes(left.type, right.type) || sizes(right.type, left.type)) {
    return { type: "boolean", ir: [op, left.ir, right.ir] };
  }
  if (scoreTypes.has(left.type) || scoreTypes.has(right.type)) {
    const type = widest(left.type, right.type);
    return type === null ? mismatch(expr, left, right, context) : { type, ir: [op, left.ir, right.ir] };
  }
  if (left.type === right.type && left.type !== "text")
    return { type: "boolean", ir: fold(op, left.ir, right.ir) };
  return mismatch(expr, left, right, context);
}

/** What a share may be of: a size by its name, and the latency. */
const isSize = ({ type, ir }: Typed): boolean => type === "size" || (type === "time" && ir === "latency");

/** `macs <= 50%`: the share is of the network as loaded. */
function ofLoaded(size: Typed, share: Typed): readonly ["*", Typed["ir"], string] {
  const name = measureNames.find((known) => known === size.ir) ?? "macs";
  return ["*", share.ir, `start.${wholeOf(name)}`];
}

/** The type of an arithmetic result, or null when the two do not go together. */
function arithmetic(op: string, left: Type, right: Type): Type | null {
  if (left === "text" || right === "text" || left === "boolean" || right === "boolean") return null;
  if (scoreTypes.has(left) || scoreTypes.has(right)) return widest(left, right);
  if (left === "number" && right === "number") return "number";
  if (right === "number") return op === "*" || op === "/" || (op === "^" && left === "share") ? left : null;
  if (left === "number") return op === "*" ? right : null;
  if (left === right) {
    if (op === "+" || op === "-") return left;
    if (op === "/") return "number";
    return left === "share" && op === "*" ? "share" : null;
  }
  if (left === "share" || right === "share") return op === "*" ? (left === "share" ? right : left) : null;
  return null;
}

/** The type of numbers combined place by place, or null when they have no places in common. */
export function widest(left: Type, right: Type): Type | null {
  const rank: readonly Type[] = ["number", "boolean", "unit", "element", "activation"];
  if (!rank.includes(left) || !rank.includes(right)) return left === right ? left : null;
  if ((left === "element" && right === "activation") || (left === "activation" && right === "element"))
    return null;
  return rank.indexOf(left) >= rank.indexOf(right) ? left : right;
}

function mismatch(expr: BinaryExpr, left: Typed, right: Typed, context: ExprContext): null {
  if (right.type === "share" && (scoreTypes.has(left.type) || context.vocabulary === "score")) {
    const between = { start: expr.left.span.end, end: expr.right.span.start };
    return reject(context, "P2029", "the score has a percentage in it", expr.right.span, {
      notes: [`\`${expr.op}\` joins the amount to the score`],
      help:
        expr.op === "-"
          ? "leave the minus out: an amount is what goes"
          : "write the amount apart from the score",
      fixes: expr.op === "-" ? [replace("leave the minus out", between, " ")] : undefined,
    });
  }
  const pair = new Set([left.type, right.type]);
  if (pair.has("element") && pair.has("activation")) {
    return reject(context, "P2027", "weights and activations have no places in common", expr.span, {
      help: "reduce one of them first: `abs(w) * norm(x)`",
    });
  }
  let help: string | undefined;
  if (pair.has("time") && pair.has("number")) {
    const number = left.type === "number" ? left.ir : right.ir;
    help = `a time is written with its unit: \`${typeof number === "number" ? number : 5} ms\``;
  }
  if (pair.has("time") && pair.has("size")) help = "times limit `latency`: `latency <= 5 ms`";
  if (pair.has("share") && pair.has("number")) help = "write both as percentages or both as plain numbers";
  if (pair.has("epochs") && pair.has("steps"))
    help = "an epoch has as many steps as the data give: use one unit";
  return reject(
    context,
    "P2027",
    `\`${expr.op}\` cannot join ${describe(left.type)} and ${describe(right.type)}`,
    expr.span,
    { help },
  );
}
