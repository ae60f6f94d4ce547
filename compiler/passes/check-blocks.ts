import type { Statement } from "../../grammar/ast.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { holdsAllAlong, isPairing, isRule } from "./lower-statements.js";
import { flatten } from "./rules.js";
import type { FrontState, TimelineNode } from "./state.js";

/** Statements that may carry a when-clause, and so may stand in a phase. */
const timed: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>([
  "prune",
  "regrow",
  "restore",
  "slim",
  "evaluate",
  "mark",
]);

/** Checks that only rules stand in phases, that training is not nested, and that declarations stand at the top. */
export function checkBlocks(state: FrontState): FrontState {
  for (const statement of state.program.statements) {
    if (statement.kind === "method") checkMethod(statement, state);
  }
  visit(state.timeline, state, true);
  return state;
}

function visit(nodes: readonly TimelineNode[], state: FrontState, top: boolean): void {
  for (const node of nodes) {
    const { statement } = node;
    if (!top) checkDeclaration(node, state);
    if (statement.kind === "train") {
      for (const inner of flatten(node.body)) checkInPhase(inner, state);
    } else visit(node.body, state, false);
  }
}

/** A method sees its own declarations only through its parameters. */
function checkMethod(method: Extract<Statement, { kind: "method" }>, state: FrontState): void {
  const seen = new Set<string>();
  for (const parameter of method.params) {
    const name = parameter.name.text;
    if (seen.has(name)) {
      state.report(
        diagnostic("P2004", `\`${name}\` is declared twice`, parameter.name.span, {
          file: state.module.file,
        }),
      );
    }
    seen.add(name);
  }
}

function checkDeclaration(node: TimelineNode, state: FrontState): void {
  const { kind, word } = node.statement;
  const top = ["criterion", "penalty", "curve", "use", "param", "method", "network", "data"];
  if (!top.includes(kind)) return;
  // Whoever uses it needs not be told that it is unknown.
  if ("name" in node.statement) node.scope.module.missing.add(node.statement.name.text);
  state.report(
    diagnostic("P3025", `\`${kind}\` stands at the top of a file, not in a block`, word, {
      file: node.scope.module.file,
      help: "move it above",
    }),
  );
}

function checkInPhase(node: TimelineNode, state: FrontState): void {
  const { statement } = node;
  const file = node.scope.module.file;
  if (statement.kind === "train") {
    state.report(
      diagnostic("P3004", "training stands inside training", statement.word, {
        file,
        help: "put the phases one after the other",
      }),
    );
    return;
  }
  if (isRule(statement) || isPairing(statement)) return;
  if (
    ["criterion", "penalty", "curve", "use", "param", "method", "network", "data"].includes(statement.kind)
  ) {
    checkDeclaration(node, state);
    return;
  }
  const word = wordOf(statement);
  if (holdsAllAlong(statement)) return;
  if (!timed.has(statement.kind)) {
    state.report(
      diagnostic(
        "P3001",
        `\`${word}\` happens once and cannot stand inside a training phase`,
        statement.word,
        {
          file,
          help: "move it below the phase",
        },
      ),
    );
    return;
  }
  const end = { start: statement.span.end, end: statement.span.end };
  state.report(
    diagnostic("P3001", `this \`${word}\` does not say when in the phase it acts`, statement.word, {
      file,
      help: "write `at step 0` for the start of the phase or `every epoch`, or move it below the phase",
      fixes: [{ title: "act at the start of the phase", edits: [{ span: end, text: " at step 0" }] }],
    }),
  );
}

function wordOf(statement: Statement): string {
  if (statement.kind === "for-each") return "for each";
  return statement.kind === "call-statement" ? statement.name.text : statement.kind;
}
