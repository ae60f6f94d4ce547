import type { ExprIr } from "../ir/clauses.js";
import { chunkSize, newChunk, walkEntries, type Chunk } from "../units/parts.js";
import { binaryOf, entryNode, layerNode, numberNode, operatorNode, type Node } from "./nodes.js";
import { argumentsOf, isReducer, statisticOf, type Reducer, type Statistic } from "./operators.js";

/**
 * What an expression is worked out over: elements that belong to entries, and entries that belong to layers. Weights of a space,
 * the batch norms that channels pass, and the places of an activation are domains alike.
 */
export interface Domain {
  readonly entries: number;
  /** Whether every entry is one element, so that reducing over it changes nothing. */
  readonly elementary: boolean;
  readonly layers: readonly { readonly start: number; readonly end: number }[];
  /** Statistics of a layer are of its living entries. */
  lives(entry: number): boolean;
  /** Visits all elements, chunk by chunk. */
  walk(visit: (chunk: Chunk) => void): void;
  /** What a name stands for, or a part of an expression that was worked out beforehand; undefined where it has no value. */
  value(expr: ExprIr): Node | undefined;
}

/**
 * An expression at all entries. Where it is still element-wise at the top it is summed over the elements of an entry. Domains of
 * single elements give 32-bit numbers, all others 64-bit ones.
 */
export function evaluateEntries(expr: ExprIr, domain: Domain): Float64Array | Float32Array {
  const node = build(expr, domain);
  if (node.level === "element" && !domain.elementary) return reduceElements(domain, node, "sum");
  const out = domain.elementary ? new Float32Array(domain.entries) : new Float64Array(domain.entries);
  atEntries(domain, node, out);
  return out;
}

/** The expression as a node; reducers inside are worked out at once. */
export function build(expr: ExprIr, domain: Domain): Node {
  const given = domain.value(expr);
  if (given !== undefined) return given;
  if (typeof expr === "number") return numberNode(expr);
  if (typeof expr === "string") throw new Error(`\`${expr}\` has no value here`);
  const operator = expr[0];
  const args = argumentsOf(expr);
  const [first] = args;
  if (first === undefined) throw new Error(`\`${operator}\` has no arguments`);
  if (operator === "batches") return build(first, domain);
  const statistic = statisticOf(operator);
  if (statistic !== undefined)
    return layerNode(layerStatistic(domain, evaluateEntries(first, domain), statistic));
  if (isReducer(operator, args.length)) return reduced(operator, build(first, domain), domain);
  return operatorNode(
    operator,
    args.map((argument) => build(argument, domain)),
  );
}

function reduced(operator: Reducer, node: Node, domain: Domain): Node {
  if (node.level === "element" && !domain.elementary)
    return entryNode(reduceElements(domain, node, operator));
  // Over one element, or a value that is the same for all elements of a unit.
  if (operator === "std") return numberNode(0);
  const same = operator === "norm" ? operatorNode("abs", [node]) : node;
  if (domain.elementary || (operator !== "sum" && operator !== "norm")) return same;
  const sizes = entryNode(entrySizes(domain));
  return binaryOf("*", same, operator === "sum" ? sizes : operatorNode("sqrt", [sizes]));
}

/** Calls `visit` with the values of an element-level node, chunk by chunk. */
export function walkElements(
  domain: Pick<Domain, "walk">,
  node: Node,
  visit: (chunk: Chunk, values: Float64Array) => void,
): void {
  const values = new Float64Array(chunkSize);
  domain.walk((chunk) => {
    node.fill(chunk, values);
    visit(chunk, values);
  });
}

/** Values of a node at every entry; it must not be finer than entries unless entries are elements. */
export function atEntries(domain: Domain, node: Node, out: Float64Array | Float32Array): void {
  if (node.level === "element") {
    walkElements(domain, node, ({ entry, count }, values) => {
      for (let i = 0; i < count; i++) out[entry[i] ?? 0] = values[i] ?? 0;
    });
    return;
  }
  const chunk = newChunk();
  const values = new Float64Array(chunkSize);
  domain.layers.forEach(({ start, end }, layer) => {
    walkEntries(layer, start, end, chunk, ({ entry, count }) => {
      node.fill(chunk, values);
      for (let i = 0; i < count; i++) out[entry[i] ?? 0] = values[i] ?? 0;
    });
  });
}

/** Elements that count towards each entry. */
export function entrySizes(domain: Pick<Domain, "walk" | "entries">): Float64Array {
  const sizes = new Float64Array(domain.entries);
  domain.walk(({ entry, count }) => {
    for (let i = 0; i < count; i++) sizes[entry[i] ?? 0] = (sizes[entry[i] ?? 0] ?? 0) + 1;
  });
  return sizes;
}

/** Reduces an element-level node over the elements of every entry. */
export function reduceElements(domain: Domain, node: Node, reducer: Reducer): Float64Array {
  const reduction = reductionOf(reducer, domain.entries);
  walkElements(domain, node, ({ entry, count }, values) => reduction.add(entry, values, count));
  return reduction.result();
}

/** A reducer over elements that arrive piece by piece. */
export interface Reduction {
  /** Adds so many values, each to its entry. */
  add(entry: Int32Array, values: Float64Array, count: number): void;
  /** By entry; 0 where nothing arrived. */
  result(): Float64Array;
}

/** Sums are accumulated in double precision; the standard deviation is that of all values, by Welford's recurrence (1962). */
export function reductionOf(reducer: Reducer, entries: number): Reduction {
  const total = new Float64Array(entries);
  if (reducer === "sum" || reducer === "norm") {
    const squared = reducer === "norm";
    return {
      add(entry, values, count) {
        for (let i = 0; i < count; i++) {
          const at = entry[i] ?? 0;
          const value = values[i] ?? 0;
          total[at] = (total[at] ?? 0) + (squared ? value * value : value);
        }
      },
      result: () => (squared ? total.map(Math.sqrt) : total),
    };
  }
  const seen = new Float64Array(entries);
  if (reducer === "min" || reducer === "max") {
    const least = reducer === "min";
    return {
      add(entry, values, count) {
        for (let i = 0; i < count; i++) {
          const at = entry[i] ?? 0;
          const value = values[i] ?? 0;
          const best = total[at] ?? 0;
          // Written so that a NaN stays.
          if (seen[at] === 0 || (least ? !(best <= value) : !(best >= value))) total[at] = value;
          seen[at] = 1;
        }
      },
      result: () => total,
    };
  }
  if (reducer === "mean") {
    return {
      add(entry, values, count) {
        for (let i = 0; i < count; i++) {
          const at = entry[i] ?? 0;
          total[at] = (total[at] ?? 0) + (values[i] ?? 0);
          seen[at] = (seen[at] ?? 0) + 1;
        }
      },
      result: () => total.map((sum, i) => sum / Math.max(1, seen[i] ?? 0)),
    };
  }
  const means = new Float64Array(entries);
  return {
    add(entry, values, count) {
      for (let i = 0; i < count; i++) {
        const at = entry[i] ?? 0;
        const n = (seen[at] ?? 0) + 1;
        const off = (values[i] ?? 0) - (means[at] ?? 0);
        const mean = (means[at] ?? 0) + off / n;
        total[at] = (total[at] ?? 0) + off * ((values[i] ?? 0) - mean);
        means[at] = mean;
        seen[at] = n;
      }
    },
    result: () => total.map((squares, i) => Math.sqrt(squares / Math.max(1, seen[i] ?? 0))),
  };
}

/** A statistic of entry values over the living entries of every layer; 0 for a layer without any. */
export function layerStatistic(
  domain: Pick<Domain, "layers" | "lives">,
  values: Float64Array | Float32Array,
  statistic: Statistic | "norm",
): Float64Array {
  const sameEntry = new Int32Array(chunkSize);
  const living = new Float64Array(chunkSize);
  return Float64Array.from(domain.layers, ({ start, end }) => {
    const reduction = reductionOf(statistic, 1);
    let count = 0;
    for (let i = start; i < end; i++) {
      if (domain.lives(i)) living[count++] = values[i] ?? 0;
      if (count < chunkSize && i < end - 1) continue;
      reduction.add(sameEntry, living, count);
      count = 0;
    }
    return reduction.result()[0] ?? 0;
  });
}
