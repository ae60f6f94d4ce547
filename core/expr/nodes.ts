import type { Chunk } from "../units/parts.js";
import { chunkSize, newChunk } from "../units/parts.js";
import { fillOf, type Op } from "./operators.js";

/** What a value varies over: nothing, layers, entries of the domain, or its elements. */
export type Level = "number" | "layer" | "entry" | "element";

/** A piece of an expression that can fill a buffer for any chunk of its level or a finer one. */
export interface Node {
  readonly level: Level;
  fill(chunk: Chunk, out: Float64Array): void;
}

const order: readonly Level[] = ["number", "layer", "entry", "element"];

export function numberNode(value: number): Node {
  return { level: "number", fill: (chunk, out) => void out.fill(value, 0, chunk.count) };
}

/** One value per layer. */
export function layerNode(values: Float64Array): Node {
  return { level: "layer", fill: (chunk, out) => void out.fill(values[chunk.layer] ?? 0, 0, chunk.count) };
}

/** One value per entry. */
export function entryNode(values: Float64Array | Float32Array): Node {
  return {
    level: "entry",
    fill({ entry, count }, out) {
      for (let i = 0; i < count; i++) out[i] = values[entry[i] ?? 0] ?? 0;
    },
  };
}

/** A function of the entry's number, such as a random draw. */
export function entryFunctionNode(value: (entry: number) => number): Node {
  return {
    level: "entry",
    fill({ entry, count }, out) {
      for (let i = 0; i < count; i++) out[i] = value(entry[i] ?? 0);
    },
  };
}

/** One value per element, by its index; `values` may change from chunk to chunk. */
export function columnNode(values: () => Float64Array | Float32Array): Node {
  return {
    level: "element",
    fill({ at, count }, out) {
      const column = values();
      for (let i = 0; i < count; i++) out[i] = column[at[i] ?? 0] ?? 0;
    },
  };
}

/** Elements of the weights, by key. A weight without an array counts as zeros. */
export function elementNode(arrays: (key: string) => Float32Array | Float64Array | undefined): Node {
  return {
    level: "element",
    fill({ part, at, count }, out) {
      const values = part === null ? undefined : arrays(part.key);
      if (values === undefined) out.fill(0, 0, count);
      else for (let i = 0; i < count; i++) out[i] = values[at[i] ?? 0] ?? 0;
    },
  };
}

/** Values along the input (or output) channels of every part. */
export function axisNode(axis: "in" | "out", values: (key: string) => Float64Array | undefined): Node {
  return {
    level: "element",
    fill({ part, at, count }, out) {
      const along = part === null ? undefined : values(part.key);
      if (part === null || along === undefined) return void out.fill(0, 0, count);
      const wide = part.cols.length;
      if ((axis === "in") === part.inputsLast) {
        for (let i = 0; i < count; i++) out[i] = along[(at[i] ?? 0) % wide] ?? 0;
      } else {
        for (let i = 0; i < count; i++) out[i] = along[Math.floor((at[i] ?? 0) / wide) % part.tall] ?? 0;
      }
    },
  };
}

/** Buffers that no node is filling now: as many as an expression is deep, however many operators it has. */
const spare: Float64Array[] = [];

/** An operator applied place by place; the result is as fine as its finest argument, and of numbers alone worked out once. */
export function operatorNode(operator: string, args: readonly Node[]): Node {
  const apply = fillOf(operator, args.length);
  const [first, ...rest] = args;
  if (apply === undefined || first === undefined)
    throw new Error(`no operator \`${operator}\` of ${args.length}`);
  const level = args.reduce<Level>(
    (so, { level: next }) => (order.indexOf(next) > order.indexOf(so) ? next : so),
    "number",
  );
  const fill: Node["fill"] = (chunk, out) => {
    first.fill(chunk, out);
    const buffers = rest.map((node) => {
      const buffer = spare.pop() ?? new Float64Array(chunkSize);
      node.fill(chunk, buffer);
      return buffer;
    });
    apply([out, ...buffers], chunk.count);
    spare.push(...buffers);
  };
  if (level !== "number") return { level, fill };
  const out = new Float64Array(1);
  fill(one, out);
  return numberNode(out[0] ?? 0);
}

/** A chunk of one place, for what is the same at all. */
const one = { ...newChunk(), count: 1 };

export const binaryOf = (operator: Op, left: Node, right: Node): Node =>
  operatorNode(operator, [left, right]);
