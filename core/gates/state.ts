import type { StructureIr } from "../ir/clauses.js";
import { entryOf } from "../tables.js";
import type { GateKind } from "./types.js";

/** The gates that one `learn masks` trains, or has trained and that nothing has folded into the weights yet. */
export interface Gates {
  /** Of the statement. */
  readonly id: number;
  readonly name: string;
  /** Whether it is in JavaScript. */
  readonly own?: true;
  readonly kind: GateKind;
  readonly structure: StructureIr;
  /** Paths of the layers it means; `named` where a selection named them. */
  readonly layers: readonly string[];
  readonly named: boolean;
  /** What its arguments have come to. */
  args: Readonly<Record<string, number>>;
  /** Share of the units that is closed; 0 where the kind takes none. */
  readonly share: number;
  /** Whether its training is over: its value is the final one. */
  settled: boolean;
  /** A number for every unit, by parameter. */
  readonly params: Readonly<Record<string, Float32Array>>;
}

/** What of them is no array: plain JSON. */
export type GateFacts = Omit<Gates, "params" | "kind">;

/** Some gates once more, with arrays of their own. */
export const copyGates = (gates: Gates): Gates => ({
  ...gates,
  params: Object.fromEntries(Object.entries(gates.params).map(([name, data]) => [name, data.slice()])),
});

/** Key of a parameter among the states of the optimizer. */
export const gateKey = (id: number, param: string): string => `gates ${id}|${param}`;

const stamps = new WeakMap<Gates, number>();

/** Says that parameters or arguments changed: values worked out before no longer hold. */
export const touchGates = (gates: Gates): void => void stamps.set(gates, stampOf(gates) + 1);
/** Grows with every `touchGates`. */
export const stampOf = (gates: Gates): number => stamps.get(gates) ?? 0;

type Numbers = Float32Array | Float64Array;
const arrays = new WeakMap<Gates, Map<string, Numbers>>();

/**
 * An array of zeros that holds until it is asked for again: of what is worked out for every unit in every step, making it anew takes
 * longer than filling it.
 */
export function scratch<A extends Numbers>(
  gates: Gates,
  name: string,
  of: new (length: number) => A,
  length: number,
): A {
  const own = entryOf(arrays, gates, () => new Map<string, Numbers>());
  const known = own.get(name);
  if (known instanceof of && known.length === length) {
    known.fill(0);
    return known;
  }
  const made = new of(length);
  own.set(name, made);
  return made;
}
