import type { Statement, When } from "../../grammar/ast.js";
import type { TimelineNode } from "./state.js";

/** The when-clause of a statement that may have one. */
export function whenOf(statement: Statement): When | undefined {
  return "when" in statement ? statement.when : undefined;
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
