import type { MethodStatement, Statement } from "../../grammar/ast.js";
import { insert } from "../../core/diagnostics/create.js";
import { isDeclaration, isPairing, isRule, isTimed } from "./lower-statements.js";
import { reject } from "./lowering.js";
import { whyTaken } from "./scope.js";
import { flatten, type FrontState, type TimelineNode } from "./state.js";

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
    if (!top && isDeclaration(node.statement)) refuseDeclaration(node, state);
    if (node.statement.kind === "train") {
      for (const inner of flatten(node.body)) checkInPhase(inner, state);
    } else visit(node.body, state, false);
  }
}

/** A method sees its own declarations only through its parameters. */
function checkMethod({ params }: MethodStatement, state: FrontState): void {
  const seen = new Set<string>();
  for (const { name } of params) {
    if (seen.has(name.text)) reject(state, "P2004", `\`${name.text}\` is declared twice`, name.span);
    seen.add(name.text);
    const taken = whyTaken(name.text);
    if (taken !== null) reject(state, "P2004", taken, name.span, { help: "choose another name" });
  }
}

function refuseDeclaration({ statement, scope }: TimelineNode, { report }: FrontState): void {
  // Whoever uses it needs not be told that it is unknown.
  if ("name" in statement) scope.module.missing.add(statement.name.text);
  const message = `\`${statement.kind}\` stands at the top of a file, not in a block`;
  reject({ scope, report }, "P3025", message, statement.word, { help: "move it above" });
}

function checkInPhase(node: TimelineNode, state: FrontState): void {
  const { statement, scope } = node;
  const at = { scope, report: state.report };
  const { word, span } = statement;
  if (statement.kind === "train") {
    reject(at, "P3004", "training stands inside training", word, {
      help: "put the phases one after the other",
    });
  } else if (isDeclaration(statement)) {
    refuseDeclaration(node, state);
  } else if (isRule(statement) || isPairing(statement)) {
    return;
  } else if (isTimed(statement)) {
    reject(at, "P3001", `this \`${nameOf(statement)}\` does not say when in the phase it acts`, word, {
      help: "write `at step 0` for the start of the phase or `every epoch`, or move it below the phase",
      fixes: [insert("act at the start of the phase", span.end, " at step 0")],
    });
  } else {
    const message = `\`${nameOf(statement)}\` happens once and cannot stand inside a training phase`;
    reject(at, "P3001", message, word, { help: "move it below the phase" });
  }
}

function nameOf(statement: Statement): string {
  if (statement.kind === "for-each") return "for each";
  return statement.kind === "call-statement" ? statement.name.text : statement.kind;
}
