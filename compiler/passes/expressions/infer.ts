import type { Expr } from "../../../grammar/ast.js";
import { fold } from "../../../core/expr/evaluate.js";
import type { Typed } from "../scope.js";
import { inferBinary } from "./binary.js";
import { inferCall } from "./call.js";
import { reject } from "../lowering.js";
import type { ExprContext } from "./context.js";
import { inferReference } from "./reference.js";

/** What an expression means: its type and its IR, constants folded. Null once a mistake in it was reported. */
export function infer(expr: Expr, context: ExprContext): Typed | null {
  const { budget } = context;
  if (budget.nodes < 0) return null;
  budget.nodes -= 1;
  budget.depth -= 1;
  const typed = budget.nodes < 0 || budget.depth < 0 ? tooLarge(expr, context) : inferKind(expr, context);
  budget.depth += 1;
  return typed;
}

/** One mistake is enough: nothing of this expression is looked at any more. */
function tooLarge(expr: Expr, context: ExprContext): null {
  context.budget.nodes = -1;
  return reject(context, "P2032", "this expression is too large once its declarations are put in", expr.span);
}

function inferKind(expr: Expr, context: ExprContext): Typed | null {
  switch (expr.kind) {
    case "number":
      return { type: "number", ir: expr.value };
    case "percent":
      return { type: "share", ir: expr.value };
    case "duration":
      return { type: expr.unit, ir: expr.value };
    case "milliseconds":
      return { type: "time", ir: expr.value };
    case "string":
      return { type: "text", ir: ["string", expr.value] };
    case "paren":
      return infer(expr.inner, context);
    case "ref":
      return inferReference(expr, context, infer);
    case "call":
      return inferCall(expr, context, infer);
    case "binary":
      return inferBinary(expr, context, infer);
    case "unary": {
      const operand = infer(expr.operand, context);
      if (operand === null) return null;
      if (operand.type === "text" || (expr.op === "not") !== (operand.type === "boolean")) {
        const wants = expr.op === "not" ? "something true or false" : "a number";
        return reject(context, "P2027", `\`${expr.op}\` needs ${wants}`, expr.operand.span);
      }
      return { type: operand.type, ir: fold(expr.op, operand.ir) };
    }
    case "list":
      return reject(context, "P2020", "a list stands where one value is meant", expr.span);
    case "moving":
      return reject(context, "P2028", "a value that moves cannot stand here", expr.span, {
        help: "only amounts, strengths, shares, learning rates and arguments of gates move",
      });
  }
}

export type Infer = typeof infer;
