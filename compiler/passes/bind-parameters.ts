import type { ParamStatement } from "../../grammar/ast.js";
import { parse } from "../../grammar/index.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { similar } from "../../core/diagnostics/nearest.js";
import { fits, unitHelp } from "./expressions/arguments.js";
import { describe, whyTaken } from "./scope.js";
import { infer } from "./expressions/infer.js";
import { expressions, reject, type Where } from "./lowering.js";
import type { Typed } from "./scope.js";
import type { FrontState } from "./state.js";

/** Gives every `param` its value: the one set from outside, in the unit of the default, else the default. */
export function bindParameters(state: FrontState): FrontState {
  const given = new Map(Object.entries(state.options.set ?? {}));
  bindModuleParameters(state, given);
  const names = [...state.scope.module.parameters.keys()];
  for (const name of given.keys()) {
    if (state.program.statements.some((s) => s.kind === "param" && s.name.text === name)) continue;
    const known = names.map((n) => `\`${n}\``).join(", ");
    const help = names.length === 0 ? "declare one: `param sparsity = 90%`" : `it has ${known}`;
    state.report(
      diagnostic("P2010", `the program has no parameter \`${name}\``, undefined, {
        help: similar(name, names, "parameter") ?? help,
      }),
    );
  }
  return state;
}

/** Binds the parameters of one text; imported ones keep their defaults. */
export function bindModuleParameters(at: Where, given: ReadonlyMap<string, string> = new Map()): void {
  for (const statement of at.scope.module.program.statements) {
    if (statement.kind === "param") bindOne(statement, given.get(statement.name.text), at);
  }
}

function bindOne(statement: ParamStatement, text: string | undefined, at: Where): void {
  const { text: name, span } = statement.name;
  const { parameters, missing } = at.scope.module;
  const taken = whyTaken(name);
  if (parameters.has(name) || taken !== null) {
    const why = taken ?? `\`${name}\` is declared twice`;
    reject(at, "P2004", why, span, { help: "choose another name" });
    if (parameters.has(name)) return;
  }
  const fallback = infer(statement.value, expressions(at, "plain"));
  if (fallback === null) {
    missing.add(name);
    return;
  }
  const given = text === undefined ? null : outsideValue(name, text, fallback, at);
  parameters.set(name, { kind: "value", value: given ?? fallback });
}

/** A value written on the command line: any expression of the parameter's unit that needs no names. */
function outsideValue(name: string, text: string, wanted: Typed, { scope, report }: Where): Typed | null {
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
  const value = infer(statement.value, expressions({ scope, report: () => (failed = true) }, "plain"));
  if (value === null || failed) return complain("it is not a value");
  if (fits(value.type, wanted.type)) return value;
  return complain(
    `the parameter is ${describe(wanted.type)}, this is ${describe(value.type)}`,
    unitHelp(value, wanted.type),
  );
}
