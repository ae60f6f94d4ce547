import { counted } from "../../core/ir/words.js";
import type { Block, CallStatement, Name, Statement, TrainingClauses } from "../../grammar/ast.js";
import { insert } from "../../core/diagnostics/create.js";
import { unknownName } from "../../core/diagnostics/elsewhere.js";
import { bindArguments } from "./expressions/arguments.js";
import { infer } from "./expressions/infer.js";
import { ownArguments } from "./expressions/own-arguments.js";
import { expressions, reject, type Where } from "./lowering.js";
import { lookUp, namesOf, ownNames, scopeOf, type Module } from "./module.js";
import { searchedType } from "./statements/search.js";
import { bind, whyTaken, type Report, type Scope } from "./scope.js";
import type { CallSite, FrontState, TimelineNode } from "./state.js";

/** No program may grow beyond so many statements by its methods. */
const mostStatements = 10_000;

interface Expansion {
  readonly report: Report;
  /** Names of counters and layer variables already used in the IR. */
  readonly variables: Set<string>;
  count: number;
}

/** Words that stand beside expressions in the IR: no variable is called so. */
const reserved = ["training", "evenly"];

/** Puts the body of every called method in place of the call, arguments bound, and gives every loop variable a name of its own. */
export function expandMethods(state: FrontState): FrontState {
  const expansion: Expansion = { report: state.report, variables: new Set(reserved), count: 0 };
  const scope = scopeOf(state.scope.module);
  return { ...state, timeline: expandBlock(state.program.statements, scope, [], expansion) };
}

function expandBlock(
  statements: readonly Statement[],
  scope: Scope,
  calls: readonly CallSite[],
  expansion: Expansion,
): readonly TimelineNode[] {
  return statements.flatMap((statement) => expandStatement(statement, scope, calls, expansion) ?? []);
}

function expandStatement(
  statement: Statement,
  scope: Scope,
  calls: readonly CallSite[],
  expansion: Expansion,
): TimelineNode | null {
  expansion.count += 1;
  if (expansion.count > mostStatements) {
    // Told once, where the first statement too many was called for.
    if (expansion.count === mostStatements + 1) refuseGrowth(statement, scope, calls.at(-1), expansion);
    return null;
  }
  const node = { statement, scope, calls };
  const inner = (block: Block | undefined, around = scope) =>
    expandBlock(block?.statements ?? [], around, calls, expansion);
  switch (statement.kind) {
    case "train":
      return { ...node, body: inner(statement.body) };
    case "repeat": {
      const own = statement.as;
      if (own === undefined) return { ...node, body: inner(statement.body) };
      const variable = freshVariable(own, scope, expansion);
      const counting = bind(scope, own.text, { kind: "counter", ir: variable });
      return { ...node, scope: counting, outside: scope, variable, body: inner(statement.body, counting) };
    }
    case "for-each": {
      const variable = freshVariable(statement.as, scope, expansion);
      const bound = bind(scope, statement.as.text, { kind: "layer", ir: variable });
      return { ...node, variable, body: inner(statement.body, bound) };
    }
    case "search": {
      const variable = freshVariable(statement.name, scope, expansion);
      const type = searchedType(statement, { scope, report: expansion.report });
      const bound = bind(scope, statement.name.text, { kind: "value", value: { type, ir: variable } });
      return { ...node, variable, body: inner(statement.body, bound) };
    }
    case "call-statement":
      return expandCall(statement, scope, calls, expansion);
    default:
      return { ...node, body: [] };
  }
}

function refuseGrowth(
  statement: Statement,
  scope: Scope,
  call: CallSite | undefined,
  { report }: Expansion,
): void {
  const message = `the program grows beyond ${counted(mostStatements, "statements")}`;
  reject({ scope: call?.scope ?? scope, report }, "P2033", message, call?.statement.span ?? statement.word, {
    help: "write a `repeat` instead of methods that call each other",
  });
}

function expandCall(
  statement: CallStatement,
  scope: Scope,
  calls: readonly CallSite[],
  expansion: Expansion,
): TimelineNode | null {
  const at: Where = { scope, report: expansion.report };
  const { text: name, span } = statement.name;
  if (scope.module.javascript.has(`step ${name}`)) return expandStep(statement, scope, calls, at);
  const declared = lookUp(scope.module, "method", name);
  if (declared === undefined) {
    if (!scope.module.missing.has(name)) reportUnknown(statement.name, scope.module, at);
    return null;
  }
  const { node, module } = declared;
  const method = methodKey(module, name);
  if (calls.some((call) => call.method === method))
    return reject(at, "P2009", `method \`${name}\` calls itself`, span);
  const context = expressions(at, "plain");
  const bindings = bindArguments(name, node.params, statement.args, statement.span, context, module, infer);
  if (bindings === null) return null;
  const inner: Scope = { module, bindings: new Map([...module.parameters, ...bindings]) };
  const body = expandBlock(node.body.statements, inner, [{ method, statement, scope }, ...calls], expansion);
  for (const clause of trainingClauses) {
    const written = statement[clause];
    if (written === undefined || body.some((one) => takes(one, clause))) continue;
    reject(at, "P3026", `no phase of \`${name}\` takes its ${clause} from the call`, written.span, {
      help: "phases that name their own keep it, and `finetune` keeps optimizer and batch of the phase before",
    });
  }
  return { statement, scope, calls, body };
}

/** A step in JavaScript stands where it is called. */
function expandStep(
  statement: CallStatement,
  scope: Scope,
  calls: readonly CallSite[],
  at: Where,
): TimelineNode | null {
  const { text: own } = statement.name;
  const clause = trainingClauses.flatMap((one) => statement[one] ?? [])[0];
  if (clause !== undefined)
    return reject(
      at,
      "P2023",
      "a step in JavaScript does not train: it takes nothing of trainings",
      clause.span,
      {
        help: "give it numbers, by the names that it takes: `refit(rounds: 3)`",
      },
    );
  const takes = scope.module.javascript.get(`step ${own}`)?.takes;
  const given = ownArguments("step", own, statement.args, takes, expressions(at, "plain"), infer);
  return given === null ? null : { statement, scope, calls, body: [], own, given };
}

const trainingClauses = ["batch", "optimizer", "loss"] as const satisfies readonly (keyof TrainingClauses)[];

/** Whether a statement, or one in it, is a phase that takes this of its training from a call. */
function takes({ statement, body }: TimelineNode, clause: keyof TrainingClauses): boolean {
  if (statement.kind === "train")
    return statement[clause] === undefined && (clause === "loss" || !statement.finetune);
  const hides = statement.kind === "call-statement" && statement[clause] !== undefined;
  return !hides && body.some((one) => takes(one, clause));
}

/** Methods of two files may share a name. */
function methodKey(module: Module, name: string): string {
  return module.file === undefined ? name : `${module.file}:${name}`;
}

function reportUnknown({ text: name, span }: Name, module: Module, at: Where): void {
  const isStandard = module.standard.has(`method ${name}`);
  const standard = [...module.standard.values()].filter((one) => one.kind === "method");
  const names = [
    ...namesOf(module, "method"),
    ...ownNames(module, "step"),
    ...standard.map((one) => one.name),
  ];
  reject(at, "P2002", `there is no method \`${name}\` here`, span, {
    ...(isStandard
      ? {
          help: `methods of the standard library need \`use ${name} from "std"\``,
          fixes: [insert("import it", 0, `use ${name} from "std"\n`)],
        }
      : unknownName("method", name, span, names, {
          what: "method",
          otherwise: "declare it with `method`, or import it with `use`",
        })),
  });
}

/** `i`, or `i_2`, `i_3` … where an `i` exists already: loop variables of methods never meet those of their callers. */
function freshVariable({ text, span }: Name, scope: Scope, { variables, report }: Expansion): string {
  const taken = whyTaken(text);
  if (taken !== null) reject({ scope, report }, "P2004", taken, span, { help: "choose another name" });
  let fresh = text;
  for (let n = 2; variables.has(fresh); n++) fresh = `${text}_${n}`;
  variables.add(fresh);
  return fresh;
}
