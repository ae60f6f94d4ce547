import type { ParamStatement } from "../../grammar/ast.js";
import { parse } from "../../grammar/index.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { similar } from "../../core/diagnostics/nearest.js";
import { fits, unitHelp } from "./expressions/arguments.js";
import { newBudget, type ExprContext } from "./expressions/context.js";
import { describe } from "./scope.js";
import { infer } from "./expressions/infer.js";
import { isName } from "../../core/expr/names.js";
import type { Module } from "./module.js";
import type { Report, Typed } from "./scope.js";
import type { FrontState } from "./state.js";

/** Gives every `param` its value: the one set from outside, in the unit of the default, else the default. */
export function bindParameters(state: FrontState): FrontState {
  const given = new Map(Object.entries(state.options.set ?? {}));
  bindModuleParameters(state.module, given, state.report);
  const names = [...state.module.parameters.keys()];
  for (const name of given.keys()) {
    if (state.module.program.statements.some((s) => s.kind === "param" && s.name.text === name)) continue;
    state.report(
      diagnostic("P2010", `the program has no parameter \`${name}\``, undefined, {
        help:
          similar(name, names, "parameter") ??
          (names.length === 0
            ? "declare one: `param sparsity = 90%`"
            : `it has ${names.map((n) => `\`${n}\``).join(", ")}`),
      }),
    );
  }
  return state;
}

/** Binds the parameters of one text; imported ones keep their defaults. */
export function bindModuleParameters(
  module: Module,
  given: ReadonlyMap<string, string>,
  report: Report,
): void {
  for (const statement of module.program.statements) {
    if (statement.kind === "param") bindOne(statement, module, given.get(statement.name.text), report);
  }
}

function bindOne(statement: ParamStatement, module: Module, text: string | undefined, report: Report): void {
  const name = statement.name.text;
  const context: ExprContext = {
    scope: { module, bindings: module.parameters },
    vocabulary: "plain",
    report,
    stack: [],
    budget: newBudget(),
  };
  if (module.parameters.has(name) || isName(name)) {
    const why = isName(name) ? `\`${name}\` is a tensor in expressions` : `\`${name}\` is declared twice`;
    report(diagnostic("P2004", why, statement.name.span, { file: module.file, help: "choose another name" }));
    if (module.parameters.has(name)) return;
  }
  const fallback = infer(statement.value, context);
  if (fallback === null) {
    module.missing.add(name);
    return;
  }
  const value =
    text === undefined ? fallback : (outsideValue(name, text, fallback, module, report) ?? fallback);
  module.parameters.set(name, { kind: "value", value });
}

/** A value written on the command line: any expression of the parameter's unit that needs no names. */
function outsideValue(
  name: string,
  text: string,
  wanted: Typed,
  module: Module,
  report: Report,
): Typed | null {
  const complain = (why: string, help?: string): null => {
    report(diagnostic("P2011", `\`${text}\` does not fit \`${name}\`: ${why}`, undefined, { help }));
    return null;
  };
  const { program, diagnostics } = parse(`param value = ${text}`);
  const [statement] = program.statements;
  if (diagnostics.length > 0 || program.statements.length !== 1 || statement?.kind !== "param") {
    return complain("it is not a value");
  }
  let failed = false;
  const value = infer(statement.value, {
    scope: { module, bindings: module.parameters },
    vocabulary: "plain",
    report: () => (failed = true),
    stack: [],
    budget: newBudget(),
  });
  if (value === null || failed) return complain("it is not a value");
  if (fits(value.type, wanted.type)) return value;
  return complain(
    `the parameter is ${describe(wanted.type)}, this is ${describe(value.type)}`,
    unitHelp(value, wanted.type),
  );
}
