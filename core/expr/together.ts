import type { ExprIr } from "../ir/clauses.js";
import { chunkSize, type Chunk, type Part } from "../units/parts.js";
import { build, type Domain } from "./domain.js";
import type { Node } from "./nodes.js";
import { partsOf } from "./operators.js";

/**
 * A domain for expressions that have parts in common, the very same objects, as derivatives of one expression do: what occurs more than
 * once is worked out once for every chunk. Its values may not change from one walk to the next.
 */
export function sharing(domain: Domain, exprs: readonly ExprIr[]): Domain {
  const uses = usesIn(exprs);
  const nodes = new Map<ExprIr, Node>();
  const shared: Domain = {
    ...domain,
    value(expr) {
      const given = domain.value(expr);
      if (given !== undefined || typeof expr !== "object" || (uses.get(expr) ?? 0) < 2) return given;
      // A copy is none of those counted, so that it is built.
      const node = nodes.get(expr) ?? kept(build([...expr], shared));
      nodes.set(expr, node);
      return node;
    },
  };
  return shared;
}

/** Calls `visit` with the values of all expressions, chunk by chunk. */
export function walkTogether(
  domain: Domain,
  exprs: readonly ExprIr[],
  visit: (chunk: Chunk, values: readonly Float64Array[]) => void,
): void {
  const shared = sharing(domain, exprs);
  const rows = exprs.map((expr) => ({ node: build(expr, shared), values: new Float64Array(chunkSize) }));
  domain.walk((chunk) => {
    for (const { node, values } of rows) node.fill(chunk, values);
    visit(
      chunk,
      rows.map(({ values }) => values),
    );
  });
}

/** How often each operation occurs as an argument, or by itself. What was met before is not gone into again. */
function usesIn(exprs: readonly ExprIr[]): ReadonlyMap<ExprIr, number> {
  const uses = new Map<ExprIr, number>();
  const count = (expr: ExprIr): void => {
    if (typeof expr !== "object") return;
    const before = uses.get(expr) ?? 0;
    uses.set(expr, before + 1);
    if (before === 0) partsOf(expr).forEach(count);
  };
  exprs.forEach(count);
  return uses;
}

/** A node that remembers its values in the chunk that it filled last. A chunk is told by where it lies. */
function kept(node: Node): Node {
  if (node.level === "number" || node.level === "layer") return node;
  const values = new Float64Array(chunkSize);
  let [part, layer, first, filled]: [Part | null, number, number, number] = [null, -1, -1, 0];
  return {
    level: node.level,
    fill(chunk, out) {
      const from = chunk.at[0] ?? -1;
      if (chunk.part !== part || chunk.layer !== layer || from !== first || chunk.count !== filled) {
        node.fill(chunk, values);
        [part, layer, first, filled] = [chunk.part, chunk.layer, from, chunk.count];
      }
      out.set(filled === chunkSize ? values : values.subarray(0, filled));
    },
  };
}
