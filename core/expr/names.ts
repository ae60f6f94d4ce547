import type { ExprIr } from "../ir/types.js";
import type { ParameterStore, Slots } from "../parameters.js";
import { entryDraw } from "./draw.js";
import type { Names } from "./expression.js";
import type { Node } from "./nodes.js";
import { binaryNode, elementNode, entryFunctionNode, entryNode, layerNode, numberNode } from "./nodes.js";
import { normNode } from "./norm-terms.js";
import { binaryOperators } from "./operators.js";
import { entrySizes } from "./reduce.js";
import type { Space } from "../units/space.js";
import { maskedView } from "../masks/masked.js";
import { living } from "../masks/state.js";

/** Arrays by weight key, same length as the weight. */
export type Arrays = ReadonlyMap<string, Float32Array | Float64Array>;

/** Where the names of an expression get their values in a run. What is left out has no value. */
export interface Values {
  readonly seed: number;
  /** Statement id and event: draws of `random` hang on them. */
  readonly keys: readonly number[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly g?: Arrays;
  readonly g2?: Arrays;
  readonly h?: Arrays;
  readonly hg?: Arrays;
  readonly slots?: Slots;
  /** Values to use instead of the masked weights (those underneath; the last values of dead units, put back). */
  readonly w?: Arrays;
  known?(expr: ExprIr, space: Space): Node | undefined;
}

/** The names of language.md section 6 that the masters, the slots and gathered gradients can give. */
export function namesOf(values: Values): Names {
  return {
    known: (expr, space) =>
      values.known?.(expr, space) ?? normNode(expr, space, weightReader(values, space), values.numbers),
    node(name, space) {
      const number = values.numbers.get(name);
      if (number !== undefined) return numberNode(number);
      const data = weightReader(values, space);
      const start = (key: string) => space.state.start.get(key) ?? data(key);
      switch (name) {
        case "w":
          return elementNode(data);
        case "w0":
          return elementNode(start);
        case "dw":
          return difference(elementNode(data), elementNode(start));
        case "g":
        case "g2":
        case "h":
        case "hg": {
          const arrays = values[name];
          return arrays && elementNode((key) => arrays.get(key));
        }
        case "m":
          return elementNode((key) => momentum(values.slots, key));
        case "size":
          return space.elementary ? numberNode(1) : entryNode(entrySizes(space));
        case "fan-in":
          return fanIn(space);
        case "alive":
          return aliveUnits(space);
        case "random":
          return entryFunctionNode(entryDraw(space, values.seed, values.keys));
        default:
          return undefined;
      }
    },
  };
}

/** The weights as names see them: those given, else as the network computes with them. */
function weightReader(
  values: Values,
  space: Space,
): (key: string) => Float32Array | Float64Array | undefined {
  let view: ParameterStore | undefined;
  return (key) => values.w?.get(key) ?? (view ??= maskedView(space)).get(key)?.data;
}

function difference(left: Node, right: Node): Node {
  const minus = binaryOperators.get("-");
  if (minus === undefined) throw new Error("no subtraction");
  return binaryNode(left, right, minus);
}

/** First moment of the optimizer. */
function momentum(slots: Slots | undefined, key: string): Float32Array | undefined {
  const own = slots?.get(key);
  return own?.["momentum"];
}

/** Living inputs of one output, per entry's layer: what a unit sums over. */
function fanIn(space: Space): Node {
  const values = new Float64Array(space.layers.length);
  for (const part of space.parts) {
    const rows = part.rows.reduce((n, row) => n + (row >= 0 ? 1 : 0), 0);
    const cols = part.cols.reduce((n, col) => n + (col >= 0 ? 1 : 0), 0);
    const inputs = part.inputsLast ? (rows / part.tall) * cols : rows;
    values[part.layer] = Math.max(values[part.layer] ?? 0, inputs);
  }
  return layerNode(values);
}

function aliveUnits(space: Space): Node {
  return layerNode(
    Float64Array.from(space.layers, ({ start, end }) => {
      let n = 0;
      for (let i = start; i < end; i++) if ((space.status[space.entryUnit?.[i] ?? i] ?? 1) === living) n++;
      return n;
    }),
  );
}
