import type { Type } from "../scope.js";

/** Names that a score may read, and what each gives one number for. */
export const scoreNames: ReadonlyMap<string, Type> = new Map<string, Type>([
  ["w", "element"],
  ["w0", "element"],
  ["dw", "element"],
  ["g", "element"],
  ["g2", "element"],
  ["h", "element"],
  ["hg", "element"],
  ["m", "element"],
  ["a", "activation"],
  ["ga", "activation"],
  ["x", "activation"],
  ["gamma", "unit"],
  ["beta", "unit"],
  ["gate", "unit"],
  ["alpha", "unit"],
  ["size", "unit"],
  ["fan-in", "unit"],
  ["alive", "unit"],
  ["random", "unit"],
]);

/** Measures of the network that `until` and `require` may compare; `start.` before a size is the network as loaded. */
export const measureNames: ReadonlyMap<string, Type> = new Map<string, Type>([
  ["accuracy", "share"],
  ["loss", "number"],
  ["macs", "size"],
  ["params", "size"],
  ["bytes", "size"],
]);

/** Facts of a layer that `where` may ask for. */
export const layerFacts: ReadonlyMap<string, Type> = new Map<string, Type>([
  ["kind", "text"],
  ["name", "text"],
  ["params", "number"],
  ["macs", "number"],
  ["units", "number"],
]);

/** Functions of one number each, applied element by element. */
export const elementwise: ReadonlySet<string> = new Set(["abs", "sqrt", "exp", "log", "sign"]);

/** Functions that reduce the elements of a unit to one number. `min` and `max` of two arguments compare instead. */
export const reducers: ReadonlySet<string> = new Set(["sum", "mean", "max", "min", "norm", "std"]);

/** Statistics over the living units of a layer: `layer.mean(E)`. */
export const layerStatistics: ReadonlySet<string> = new Set(["mean", "std", "max", "min"]);

export const functionNames: readonly string[] = [
  ...elementwise,
  ...reducers,
  "clip",
  "batches",
  ...[...layerStatistics].map((name) => `layer.${name}`),
];
