import type { CallExpr } from "../../../grammar/ast.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import { lookUp } from "../module.js";
import type { Type, Typed } from "../scope.js";
import { widest } from "./binary.js";
import { reject } from "../lowering.js";
import type { ExprContext } from "./context.js";
import { describe } from "../scope.js";
import { fold } from "../../../core/expr/evaluate.js";
import type { Infer } from "./infer.js";
import { ownArguments } from "./own-arguments.js";
import { expandScore, ownScore } from "./reference.js";
import { arityOf, functionNames, isOp, operators, type Op } from "../../../core/expr/operators.js";

/** What a call means: a function of the language, a statistic of the layer, or a declared score with arguments. */
export function inferCall(expr: CallExpr, context: ExprContext, infer: Infer): Typed | null {
  const name = expr.callee.map((part) => part.text).join(".");
  const [head] = expr.callee;
  const isScore = context.vocabulary === "score" || context.vocabulary === "penalty";
  if (isScore && expr.callee.length === 1) {
    const kinds =
      context.vocabulary === "penalty" ? (["penalty", "criterion"] as const) : (["criterion"] as const);
    for (const kind of kinds) {
      const own = context.scope.module.javascript.get(`${kind} ${name}`);
      if (own === undefined) continue;
      const given = ownArguments(kind, name, expr.args, own.takes, context, infer);
      return given === null ? null : (ownScore(kind, name, expr.span, context, given) ?? null);
    }
    const declared =
      (context.vocabulary === "penalty" ? lookUp(context.scope.module, "penalty", name) : undefined) ??
      lookUp(context.scope.module, "criterion", name);
    if (declared !== undefined && !context.stack.includes(declared) && !isFunction(name)) {
      return expandScore(declared, expr.args, expr.span, context, infer);
    }
  }
  if (!isFunction(name)) {
    if (context.scope.module.missing.has(name)) return null;
    const calleeSpan = {
      start: head?.span.start ?? expr.span.start,
      end: expr.callee.at(-1)?.span.end ?? expr.span.end,
    };
    return reject(context, "P2025", `there is no function \`${name}\``, calleeSpan, {
      ...unknownName("function", name, calleeSpan, functionNames, { what: "function" }),
    });
  }
  const rule = operators[name].type;
  const inner: ExprContext =
    rule === "statistic" && context.vocabulary === "threshold"
      ? { ...context, vocabulary: "score" }
      : context;
  const args: Typed[] = [];
  for (const argument of expr.args) {
    if (argument.name !== undefined) {
      return reject(context, "P2023", `\`${name}\` takes no named arguments`, argument.name.span);
    }
    const value = infer(argument.value, inner);
    if (value === null) return null;
    if (
      value.type === "text" ||
      value.type === "share" ||
      value.type === "epochs" ||
      value.type === "steps" ||
      value.type === "time"
    ) {
      const code = value.type === "share" && isScore ? "P2029" : "P2020";
      return reject(
        context,
        code,
        `\`${name}\` takes numbers, not ${describe(value.type)}`,
        argument.value.span,
      );
    }
    args.push(value);
  }
  const [first, second] = args;
  const wanted = arityOf(name);
  if (first === undefined || !wanted.includes(args.length)) {
    return reject(
      context,
      "P2026",
      `\`${name}\` takes ${wanted.join(" or ")} ${wanted.at(-1) === 1 ? "argument" : "arguments"}, not ${args.length}`,
      expr.span,
    );
  }
  const irs: readonly ExprIr[] = args.map((argument) => argument.ir);
  if (rule === "statistic") {
    if (!["score", "penalty", "threshold"].includes(context.vocabulary)) return outside(name, expr, context);
    return { type: context.vocabulary === "threshold" ? "number" : "unit", ir: [name, first.ir] };
  }
  if (rule === "members") {
    if (context.vocabulary === "penalty") return { type: "unit", ir: [name, first.ir] };
    return reject(context, "P2031", `\`${name}\` belongs to penalties`, expr.span, {
      help: "how the scores of members combine is said by a clause: `members max`",
    });
  }
  if (rule === "averaged") {
    return isScore ? { type: first.type, ir: [name, first.ir] } : outside(name, expr, context);
  }
  if (rule === "elementwise" && second === undefined) return { type: first.type, ir: fold(name, first.ir) };
  if (second !== undefined) {
    const type = args.reduce<Type | null>(
      (so, next) => (so === null ? null : widest(so, next.type)),
      first.type,
    );
    if (type === null)
      return reject(context, "P2027", `the arguments of \`${name}\` do not fit each other`, expr.span);
    return { type, ir: fold(name, ...irs) };
  }
  if (!isScore) return outside(name, expr, context);
  return { type: first.type === "number" ? "number" : "unit", ir: [name, first.ir] };
}

const isFunction = (name: string): name is Op => isOp(name) && functionNames.includes(name);

function outside(name: string, expr: CallExpr, context: ExprContext): null {
  return reject(
    context,
    "P2020",
    `\`${name}\` works on the elements of units, and there are none here`,
    expr.span,
  );
}
