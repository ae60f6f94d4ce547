import { counted } from "../../core/ir/words.js";
import type { CallLike, CallStatement, Expr, Statement, TrainingClauses } from "../../grammar/ast.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { similar } from "../../core/diagnostics/nearest.js";
import { bindArguments } from "./expressions/arguments.js";
import { newBudget } from "./expressions/context.js";
import { infer } from "./expressions/infer.js";
import { isName } from "../../core/expr/names.js";
import { lookUp, namesOf, type Module } from "./module.js";
import { bind, type Scope } from "./scope.js";
import type { CalledTraining, CallSite, FrontState, TimelineNode } from "./state.js";

/** No program may grow beyond so many statements by its methods. */
const mostStatements = 10_000;

interface Expansion {
  readonly state: FrontState;
  /** Names of counters and layer variables already used in the IR. */
  readonly variables: Set<string>;
  count: number;
}

/** Words that stand beside expressions in the IR: no variable is called so. */
const reserved = ["training", "evenly"];

/** Puts the body of every called method in place of the call, arguments bound, and gives every loop variable a name of its own. */
export function expandMethods(state: FrontState): FrontState {
  const expansion: Expansion = { state, variables: new Set(reserved), count: 0 };
  const scope: Scope = { module: state.module, bindings: state.module.parameters };
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
    const call = calls.at(-1);
    if (expansion.count === mostStatements + 1) {
      expansion.state.report(
        diagnostic(
          "P2033",
          `the program grows beyond ${counted(mostStatements, "statements")}`,
          call?.span ?? statement.word,
          {
            file: call === undefined ? scope.module.file : call.file,
            help: "write a `repeat` instead of methods that call each other",
          },
        ),
      );
    }
    return null;
  }
  const node = { statement, scope, calls };
  switch (statement.kind) {
    case "train":
      return { ...node, body: expandBlock(statement.body?.statements ?? [], scope, calls, expansion) };
    case "search":
      return { ...node, body: [] };
    case "repeat": {
      const own = statement.as?.text;
      if (own === undefined)
        return { ...node, body: expandBlock(statement.body.statements, scope, calls, expansion) };
      const variable = freshVariable(own, expansion);
      refuseTensorName(own, statement.as?.span ?? statement.word, scope, expansion);
      const inner = bind(scope, own, { kind: "counter", ir: variable });
      const body = expandBlock(statement.body.statements, inner, calls, expansion);
      return { ...node, scope: inner, variable, body };
    }
    case "for-each": {
      const variable = freshVariable(statement.as.text, expansion);
      refuseTensorName(statement.as.text, statement.as.span, scope, expansion);
      const inner = bind(scope, statement.as.text, { kind: "layer", ir: variable });
      return { ...node, variable, body: expandBlock(statement.body.statements, inner, calls, expansion) };
    }
    case "call-statement":
      return expandCall(statement, scope, calls, expansion);
    default:
      return { ...node, body: [] };
  }
}

function expandCall(
  statement: CallStatement,
  scope: Scope,
  calls: readonly CallSite[],
  expansion: Expansion,
): TimelineNode | null {
  const { report } = expansion.state;
  const name = statement.name.text;
  const file = scope.module.file;
  const declared = lookUp(scope.module, "method", name);
  if (declared === undefined) {
    if (!scope.module.missing.has(name)) reportUnknown(name, statement, scope.module, expansion.state);
    return null;
  }
  if (declared.kind !== "method") return null;
  if (calls.some((call) => call.method === methodKey(declared.module, name))) {
    report(diagnostic("P2009", `method \`${name}\` calls itself`, statement.name.span, { file }));
    return null;
  }
  const context = { scope, vocabulary: "plain", report, stack: [], budget: newBudget() } as const;
  const { node, module } = declared;
  const bindings = bindArguments(name, node.params, statement.args, statement.span, context, module, infer);
  if (bindings === null) return null;
  const inner: Scope = { module, bindings: new Map([...module.parameters, ...bindings]) };
  const training = trainingOf(statement, scope, calls[0]?.training);
  const site: CallSite = { method: methodKey(module, name), span: statement.span, file, training };
  const body = expandBlock(node.body.statements, inner, [site, ...calls], expansion);
  for (const [word, clause] of clausesOf(statement)) {
    if (clause === undefined || body.some((one) => takes(one, clause.of))) continue;
    report(
      diagnostic("P3026", `no phase of \`${name}\` takes its ${word} from the call`, clause.span, {
        file,
        help: "phases that name their own keep it, and `finetune` keeps optimizer and batch of the phase before",
      }),
    );
  }
  return { statement, scope, calls, body };
}

type Clause = keyof TrainingClauses;
const clauseWords = { batch: "batch", optimizer: "optimizer", loss: "loss" } as const satisfies Record<
  Clause,
  string
>;

/** What a call says of the training in its method, with the words of the clauses. */
function clausesOf(statement: CallStatement) {
  const { batch, optimizer, loss } = statement;
  const said = (of: Clause, written: Expr | CallLike | undefined) =>
    [clauseWords[of], written && { of, span: written.span }] as const;
  return [said("batch", batch), said("optimizer", optimizer), said("loss", loss)];
}

/** What phases of a called method train with: what this call says, else the one around it. */
function trainingOf(
  { batch, optimizer, loss }: TrainingClauses,
  scope: Scope,
  around: CalledTraining = {},
): CalledTraining {
  return {
    ...around,
    ...(batch && { batch: { clause: batch, scope } }),
    ...(optimizer && { optimizer: { clause: optimizer, scope } }),
    ...(loss && { loss: { clause: loss, scope } }),
  };
}

/** Whether a statement, or one in it, is a phase that takes this of its training from a call. */
function takes({ statement, body }: TimelineNode, clause: Clause): boolean {
  if (statement.kind === "train")
    return statement[clause] === undefined && (clause === "loss" || !statement.finetune);
  const hides = statement.kind === "call-statement" && statement[clause] !== undefined;
  return !hides && body.some((one) => takes(one, clause));
}

/** Methods of two files may share a name. */
function methodKey(module: Module, name: string): string {
  return module.file === undefined ? name : `${module.file}:${name}`;
}

function reportUnknown(name: string, statement: CallStatement, module: Module, state: FrontState): void {
  const isStandard = module.standard.has(`method ${name}`);
  const help = isStandard
    ? `methods of the standard library need \`use ${name} from "std"\``
    : (similar(name, [...namesOf(module, "method"), ...standardMethods(module)], "method") ??
      "declare it with `method`, or import it with `use`");
  const fixes = isStandard
    ? [{ title: "import it", edits: [{ span: { start: 0, end: 0 }, text: `use ${name} from "std"\n` }] }]
    : [];
  state.report(
    diagnostic("P2002", `there is no method \`${name}\` here`, statement.name.span, {
      file: module.file,
      help,
      fixes,
    }),
  );
}

function standardMethods(module: Module): readonly string[] {
  return [...module.standard.values()].filter((d) => d.kind === "method").map((d) => d.name);
}

/** `i`, or `i_2`, `i_3` … where an `i` exists already: loop variables of methods never meet those of their callers. */
function freshVariable(name: string, expansion: Expansion): string {
  let fresh = name;
  for (let n = 2; expansion.variables.has(fresh); n++) fresh = `${name}_${n}`;
  expansion.variables.add(fresh);
  return fresh;
}

function refuseTensorName(name: string, span: CallSite["span"], scope: Scope, expansion: Expansion): void {
  if (!isName(name)) return;
  expansion.state.report(
    diagnostic("P2004", `\`${name}\` is a tensor in expressions`, span, {
      file: scope.module.file,
      help: "choose another name",
    }),
  );
}
