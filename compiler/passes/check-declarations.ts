import type { DeclarationStatement, Statement } from "../../grammar/ast.js";
import { leadsFrom0To1 } from "./clauses/moving.js";
import { expandMethods } from "./expand-methods.js";
import type { ExprContext } from "./expressions/context.js";
import { infer } from "./expressions/infer.js";
import { lowerStatements } from "./lower-statements.js";
import { expressions } from "./lowering.js";
import { declaredKey, lookUp } from "./module.js";
import type { Binding, Report } from "./scope.js";
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

const vocabularies = { criterion: "score", penalty: "penalty", curve: "curve" } as const;

function checkExpression(statement: DeclarationStatement, state: FrontState): void {
  const { module } = state.scope;
  const { kind, name, params = [], expr } = statement;
  const declared = lookUp(module, kind, name.text);
  if (declared === undefined) return;
  const bindings = new Map<string, Binding>(module.parameters);
  const context: ExprContext = {
    ...expressions({ scope: { module, bindings }, report: state.report }, vocabularies[kind]),
    stack: [declared],
    under: { found: [] },
  };
  for (const [index, parameter] of params.entries()) {
    const value =
      parameter.value === undefined || (kind === "curve" && index === 0)
        ? ({ type: "number", ir: "t" } as const)
        : infer(parameter.value, { ...context, vocabulary: "plain" });
    if (value !== null) bindings.set(parameter.name.text, { kind: "value", value });
  }
  const value = infer(expr, context);
  const counts = value !== null && kind === "curve" && params.length <= 1;
  if (counts ? leadsFrom0To1(name.text, value.ir, expr.span, context) : value !== null) return;
  // Whoever uses it needs not be told again.
  module.declared.delete(declaredKey(kind, name.text));
  module.missing.add(name.text);
}

/** A method that nothing calls is tried with its defaults; of what that says only names, types and units count. */
function checkIdleMethods(state: FrontState): void {
  const called = calledIn(state.program.statements);
  for (const method of state.program.statements) {
    if (method.kind !== "method" || called.includes(method.name.text)) continue;
    if (method.params.some((parameter) => parameter.value === undefined)) continue;
    const { name, word } = method;
    const call: Statement = { kind: "call-statement", name, args: [], span: name.span, word };
    const report: Report = (diagnostic) => {
      if (diagnostic.code.startsWith("P2") || diagnostic.code.startsWith("P8")) state.report(diagnostic);
    };
    const trial = { ...state, report, program: { ...state.program, statements: [call] } };
    lowerStatements(expandMethods(trial));
  }
}

/** The names of the methods that statements and their blocks call. */
const calledIn = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap((statement) => [
    ...(statement.kind === "call-statement" ? [statement.name.text] : []),
    ...("body" in statement && statement.body !== undefined ? calledIn(statement.body.statements) : []),
  ]);
