import type { ExprIr } from "../../core/ir/types.js";
import { build } from "../../core/expr/expression.js";
import type { Names } from "../../core/expr/expression.js";
import type { Node } from "../../core/expr/nodes.js";
import { elementNode, entryNode } from "../../core/expr/nodes.js";
import { atEntries, walkElements } from "../../core/expr/reduce.js";
import type { Space } from "../../core/units/space.js";

/** `batches(E)`: E computed batch by batch, then averaged. */
export interface BatchAverage {
  readonly expr: ExprIr;
  /** Adds E under the names of one batch. */
  add(names: Names): void;
  /** The average so far. */
  node(): Node;
}

export function batchAverage(space: Space, expr: ExprIr, inner: ExprIr): BatchAverage {
  const elements = new Map<string, Float64Array>();
  const entries = new Float64Array(space.entries);
  let batches = 0;
  let overElements = false;
  return {
    expr,
    add(names) {
      batches++;
      const node = build(inner, space, names);
      overElements = node.level === "element";
      if (!overElements) {
        const now = new Float64Array(space.entries);
        atEntries(space, node, now);
        for (let i = 0; i < entries.length; i++) entries[i] = (entries[i] ?? 0) + (now[i] ?? 0);
        return;
      }
      walkElements(space, node, ({ part, at, count }, values) => {
        if (part === null) return;
        const sums = elements.get(part.key) ?? new Float64Array(part.rows.length * part.cols.length);
        elements.set(part.key, sums);
        for (let i = 0; i < count; i++) sums[at[i] ?? 0] = (sums[at[i] ?? 0] ?? 0) + (values[i] ?? 0);
      });
    },
    node() {
      const n = Math.max(1, batches);
      if (!overElements) return entryNode(entries.map((sum) => sum / n));
      for (const sums of elements.values())
        for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) / n;
      return elementNode((key) => elements.get(key));
    },
  };
}
