import type { Chunk } from "../units/parts.js";
import { chunkSize } from "../units/parts.js";
import type { Binary, Unary } from "./operators.js";

/** What a value varies over: nothing, layers, entries of the space, or elements of the weights. */
export type Level = "number" | "layer" | "entry" | "element";

/** A piece of an expression that can fill a buffer for any chunk of its level or a finer one. */
export interface Node {
  readonly level: Level;
  fill(chunk: Chunk, out: Float64Array): void;
}

const order: readonly Level[] = ["number", "layer", "entry", "element"];
export const finest = (a: Level, b: Level): Level => (order.indexOf(a) >= order.indexOf(b) ? a : b);

export function numberNode(value: number): Node {
  return { level: "number", fill: (chunk, out) => void out.fill(value, 0, chunk.count) };
}

/** One value per layer of the space. */
export function layerNode(values: Float64Array): Node {
  return { level: "layer", fill: (chunk, out) => void out.fill(values[chunk.layer] ?? 0, 0, chunk.count) };
}

/** One value per entry. */
export function entryNode(values: Float64Array): Node {
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

export function unaryNode(argument: Node, apply: Unary): Node {
  return {
    level: argument.level,
    fill(chunk, out) {
      argument.fill(chunk, out);
      apply(out, chunk.count);
    },
  };
}

export function binaryNode(left: Node, right: Node, apply: Binary): Node {
  const scratch = new Float64Array(chunkSize);
  return {
    level: finest(left.level, right.level),
    fill(chunk, out) {
      left.fill(chunk, out);
      right.fill(chunk, scratch);
      apply(out, scratch, chunk.count);
    },
  };
}
