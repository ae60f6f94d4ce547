import type { Expr } from "../../../grammar/ast.js";
import type { AmountIr, BudgetLimit } from "../../../core/ir/types.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { infer } from "../expressions/infer.js";
import { describe } from "../scope.js";
import { expressions, reject, type Place } from "../lowering.js";
import { checkTyped } from "./typed.js";

const measures = ["macs", "params", "bytes"] as const;

/** `to macs <= 50% and params <= 1M`: limits on sizes of the network, each with `<=`. */
export function lowerBudget(condition: Expr, place: Place): AmountIr | null {
  const limits = limitsOf(condition, place, 0);
  return limits === null ? null : { budget: limits };
}

function limitsOf(expr: Expr, place: Place, depth: number): readonly BudgetLimit[] | null {
  if (expr.kind === "paren") return limitsOf(expr.inner, place, depth + 1);
  if (expr.kind !== "binary" || depth > 20) return wrong(expr, place);
  if (expr.op === "and") {
    const left = limitsOf(expr.left, place, depth + 1);
    const right = limitsOf(expr.right, place, depth + 1);
    return left === null || right === null ? null : [...left, ...right];
  }
  if (expr.op !== "<=" || expr.left.kind !== "ref") return wrong(expr, place);
  const name = expr.left.path.map((part) => part.text).join(".");
  const measure = measures.find((known) => known === name);
  if (measure === undefined) {
    return reject(place, "P3028", `a budget limits sizes, and \`${name}\` is none`, expr.left.span, {
      help: similar(name, measures) ?? "limit `macs`, `params` or `bytes`",
    });
  }
  const value = infer(expr.right, expressions(place, "plain"));
  if (value === null) return null;
  if (value.type !== "share" && value.type !== "number") {
    return reject(
      place,
      "P2020",
      `a limit is a percentage of the network as loaded or a number, not ${describe(value.type)}`,
      expr.right.span,
    );
  }
  if (checkTyped(value, expr.right, ["share", "number"], "a limit", place) === null) return null;
  if (typeof value.ir === "number" && (value.ir <= 0 || (value.type === "share" && value.ir > 1))) {
    return reject(place, "P3007", "a limit lies above 0 and at most at 100% of the network", expr.right.span);
  }
  return [{ measure, relative: value.type === "share", value: value.ir }];
}

function wrong(expr: Expr, place: Place): null {
  return reject(place, "P3028", "a budget is made of limits joined by `and`", expr.span, {
    help: "write `to macs <= 50%` or `to macs <= 50% and params <= 1M`",
  });
}
