import type { Statement } from "../../grammar/ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { leadsFrom0To1 } from "./clauses/check-curve.js";
import { expandMethods } from "./expand-methods.js";
import { newBudget, type ExprContext } from "./expressions/context.js";
import { infer } from "./expressions/infer.js";
import { lowerStatements } from "./lower-statements.js";
import { declaredKey, lookUp } from "./module.js";
import type { Binding } from "./scope.js";
import type { FrontState } from "./state.js";

/** Checks declared scores, curves and methods that nothing uses: a mistake in them should not wait for its first use. */
export function checkDeclarations(state: FrontState): FrontState {
  for (const statement of state.program.statements) {
    if (statement.kind === "criterion" || statement.kind === "penalty" || statement.kind === "curve") {
      checkExpression(statement, state);
    }
  }
  checkIdleMethods(state);
  return state;
}

function checkExpression(
  statement: Extract<Statement, { kind: "criterion" | "penalty" | "curve" }>,
  state: FrontState,
): void {
  const { module, report } = state;
  const declared = lookUp(module, statement.kind, statement.name.text);
  if (declared === undefined) return;
  const bindings = new Map<string, Binding>(module.parameters);
  const context: ExprContext = {
    scope: { module, bindings },
    vocabulary: statement.kind === "curve" ? "curve" : statement.kind === "penalty" ? "penalty" : "score",
    report,
    stack: [declared],
    budget: newBudget(),
    under: { found: [] },
  };
  for (const [index, parameter] of (statement.params ?? []).entries()) {
    const value =
      parameter.value === undefined || (statement.kind === "curve" && index === 0)
        ? ({ type: "number", ir: "t" } as const)
        : infer(parameter.value, { ...context, vocabulary: "plain" });
    if (value !== null) bindings.set(parameter.name.text, { kind: "value", value });
  }
  const value = infer(statement.expr, context);
  const counts = value !== null && statement.kind === "curve" && (statement.params ?? []).length <= 1;
  if (counts ? leadsFrom0To1(statement.name.text, value.ir, statement.expr.span, context) : value !== null)
    return;
  // Whoever uses it needs not be told again.
  module.declared.delete(declaredKey(statement.kind, statement.name.text));
  module.missing.add(statement.name.text);
}

/** A method that nothing calls is tried with its defaults; of what that says only names, types and units count. */
function checkIdleMethods(state: FrontState): void {
  const called = new Set<string>();
  collectCalls(state.program.statements, called);
  for (const method of state.program.statements) {
    if (method.kind !== "method" || called.has(method.name.text)) continue;
    if (method.params.some((parameter) => parameter.value === undefined)) continue;
    const call: Statement = {
      kind: "call-statement",
      name: method.name,
      args: [],
      span: method.name.span,
      word: method.word,
    };
    const report = (diagnostic: Diagnostic): void => {
      if (diagnostic.code.startsWith("P2") || diagnostic.code.startsWith("P8")) state.report(diagnostic);
    };
    const trial = { ...state, report, program: { ...state.program, statements: [call] } };
    lowerStatements(expandMethods(trial));
  }
}

function collectCalls(statements: readonly Statement[], called: Set<string>): void {
  for (const statement of statements) {
    if (statement.kind === "call-statement") called.add(statement.name.text);
    if ("body" in statement && statement.body !== undefined) collectCalls(statement.body.statements, called);
  }
}
