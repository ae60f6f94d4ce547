import { argumentsOf } from "./needs.js";
import type { ExprIr } from "../ir/types.js";
import type { Node } from "./nodes.js";
import { binaryNode, entryNode, layerNode, numberNode, unaryNode } from "./nodes.js";
import { binaryOperators, isReducer, unaryOperators } from "./operators.js";
import { atEntries, entrySizes, layerStatistic, reduceElements } from "./reduce.js";
import type { LayerStatistic } from "./reduce.js";
import type { Space } from "../units/space.js";

/** What the names of an expression mean in a space; undefined for a name that has no value there. */
export interface Names {
  node(name: string, space: Space): Node | undefined;
  /**
   * A subexpression that does not run over the weights (activations, batch-norm parameters, averages over batches) and was
   * worked out beforehand.
   */
  known?(expr: ExprIr, space: Space): Node | undefined;
}

/**
 * Scores of all entries of a space. Where the expression is still element-wise at the top it is summed over the elements of an
 * entry. Element-wise structures of single elements get 32-bit scores, all others 64-bit ones.
 */
export function evaluateEntries(expr: ExprIr, space: Space, names: Names): Float64Array | Float32Array {
  const node = build(expr, space, names);
  if (node.level === "element" && !space.elementary) return reduceElements(space, node, "sum");
  const out = space.elementary ? new Float32Array(space.entries) : new Float64Array(space.entries);
  atEntries(space, node, out);
  return out;
}

/** The expression as a node; reducers inside are worked out at once. */
export function build(expr: ExprIr, space: Space, names: Names): Node {
  const known = names.known?.(expr, space);
  if (known !== undefined) return known;
  if (typeof expr === "number") return numberNode(expr);
  if (typeof expr === "string") {
    const node = names.node(expr, space);
    if (node === undefined) throw new Error(`\`${expr}\` has no value over ${space.structure.name}`);
    return node;
  }
  const operator = expr[0];
  const args = argumentsOf(expr);
  const [first, ...rest] = args;
  if (first === undefined) throw new Error(`\`${operator}\` has no arguments`);
  if (operator === "batches") return build(first, space, names);
  const statistic = layerStatistics.get(operator);
  if (statistic !== undefined) {
    return layerNode(layerStatistic(space, evaluateEntries(first, space, names), statistic));
  }
  const node = build(first, space, names);
  if (isReducer(operator, args.length)) return reduced(operator, node, space);
  return applied(
    operator,
    node,
    rest.map((one) => build(one, space, names)),
  );
}

const layerStatistics: ReadonlyMap<string, LayerStatistic> = new Map([
  ["layer.mean", "mean"],
  ["layer.std", "std"],
  ["layer.max", "max"],
] as const);

function reduced(operator: Parameters<typeof reduceElements>[2], node: Node, space: Space): Node {
  if (node.level === "element" && !space.elementary) {
    return entryNode(reduceElements(space, node, operator));
  }
  // Over one element, or a value that is the same for all elements of a unit.
  if (operator === "std") return numberNode(0);
  const one = operator === "norm" ? applied("abs", node, []) : node;
  if (space.elementary || (operator !== "sum" && operator !== "norm")) return one;
  const sizes = entryNode(entrySizes(space));
  return applied("*", one, [operator === "sum" ? sizes : applied("sqrt", sizes, [])]);
}

/** An operator on nodes; `clip` bounds its first argument, `min` and `max` take any number. */
function applied(operator: string, first: Node, rest: readonly Node[]): Node {
  if (operator === "clip") {
    const [low, high] = rest;
    if (low === undefined || high === undefined) throw new Error("`clip` takes a value and two bounds");
    return applied("min", applied("max", first, [low]), [high]);
  }
  if (rest.length === 0) {
    const unary = unaryOperators.get(operator);
    if (unary === undefined) throw new Error(`no operator \`${operator}\``);
    return unaryNode(first, unary);
  }
  const binary = binaryOperators.get(operator);
  if (binary === undefined) throw new Error(`no operator \`${operator}\``);
  return rest.reduce((left, right) => binaryNode(left, right, binary), first);
}
