import type { Statement, When } from "../../grammar/ast.js";
import type { TimelineNode } from "./state.js";

/** The when-clause of a statement that may have one. */
export function whenOf(statement: Statement): When | undefined {
  return "when" in statement ? statement.when : undefined;
}

/** Rules by nature: they hold while the network trains, clause or not. */
export function holdsAllAlong(statement: Statement): boolean {
  return ["penalize", "learn", "freeze", "update", "pull"].includes(statement.kind);
}

/** A rule lives to the end of its block and acts while the network trains; anything else happens once, where it stands. */
export function isRule(statement: Statement): boolean {
  return holdsAllAlong(statement) || whenOf(statement) !== undefined;
}

export function isPairing(statement: Statement): boolean {
  return (statement.kind === "regrow" || statement.kind === "restore") && statement.when === undefined;
}

/** Statements that take no place in the timeline. */
export function isDeclaration(statement: Statement): boolean {
  return ["criterion", "penalty", "curve", "use", "param", "method", "network", "data"].includes(
    statement.kind,
  );
}

/** Whether the network trains somewhere in these statements. */
export function holdsTraining(nodes: readonly TimelineNode[]): boolean {
  return nodes.some((node) => node.statement.kind === "train" || holdsTraining(node.body));
}

/** Calls of methods that hold no training, replaced by what they hold: their rules are rules of this block. */
export function flatten(nodes: readonly TimelineNode[]): readonly TimelineNode[] {
  return nodes.flatMap((node) =>
    node.statement.kind === "call-statement" && !holdsTraining(node.body) ? flatten(node.body) : [node],
  );
}

/** The nearest prune rule above a place in the same block. */
export function pruneRuleAbove(nodes: readonly TimelineNode[], index: number): TimelineNode | undefined {
  return nodes.slice(0, index).findLast((node) => node.statement.kind === "prune" && isRule(node.statement));
}
