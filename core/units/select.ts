import { costs } from "../network/costs.js";
import type { LayerInfo, Network } from "../network/types.js";
import { candidateLayers, isCandidate, unitsByProducer, type StructureName } from "./candidates.js";
import type { PatternIr, SelectionIr } from "../ir/clauses.js";
import { evaluate } from "../expr/evaluate.js";

/**
 * Indices of the layers that a selection means, in network order: candidates of the structure (null: layers with weights) that
 * some included pattern names (all automatic candidates when none is written), no excluded pattern names, and for which
 * `where` holds. Null when it depends on the layer variable of a `for each`.
 */
export function selectedLayers(
  network: Network,
  selection: SelectionIr,
  structure: StructureName | null,
): readonly number[] | null {
  if (patternsOf(selection).some((pattern) => isVariable(pattern))) return null;
  const named = (patterns: SelectionIr["in"]) =>
    new Set(listOf(patterns).flatMap((pattern) => matchingLayers(network, pattern)));
  const [included, excluded] = [named(selection.in), named(selection.except)];
  const explicit = selection.in !== undefined;
  const candidates =
    structure !== null && !explicit
      ? candidateLayers(network, structure)
      : [...network.layers.keys()].filter(
          (index) =>
            (!explicit || included.has(index)) &&
            (structure === null
              ? network.layers[index]?.weights.length !== 0
              : isCandidate(network, index, structure, true)),
        );
  return candidates.filter((index) => !excluded.has(index) && whereHolds(network, index, selection));
}

/** Patterns written alone or as a list. */
export const listOf = (patterns: SelectionIr["in"]): readonly PatternIr[] =>
  patterns === undefined ? [] : isList(patterns) ? patterns : [patterns];
const isList = (patterns: NonNullable<SelectionIr["in"]>): patterns is readonly PatternIr[] =>
  Array.isArray(patterns);

/** Those of `in` and of `except`. */
export const patternsOf = (selection: SelectionIr): readonly PatternIr[] => [
  ...listOf(selection.in),
  ...listOf(selection.except),
];

/** The variable of a `for each layer as L`. */
export const isVariable = (pattern: PatternIr): pattern is { readonly variable: string } =>
  typeof pattern === "object" && "variable" in pattern;

/** A field of a selection: a list of one stands alone, and none is left out. */
export function selecting<F extends "in" | "except">(
  field: F,
  patterns: readonly PatternIr[],
): { readonly [K in F]?: NonNullable<SelectionIr["in"]> };
export function selecting(field: "in" | "except", patterns: readonly PatternIr[]): SelectionIr {
  const [first, ...others] = patterns;
  return first === undefined ? {} : { [field]: others.length === 0 ? first : patterns };
}

/** Whether nothing narrows down which layers are meant. */
export const isEverything = ({ in: include, except, where }: SelectionIr): boolean =>
  include === undefined && except === undefined && where === undefined;

/** Indices of all layers a pattern names, candidates or not. A layer variable names none here. */
export function matchingLayers(network: Network, pattern: PatternIr): readonly number[] {
  const last = Math.max(0, ...network.layers.map((layer) => layer.ordinal));
  const matches = (layer: LayerInfo): boolean => {
    if (typeof pattern === "string")
      return matchesGlob(pattern, layer.path) || matchesGlob(pattern, layer.name);
    if ("range" in pattern)
      return layer.ordinal >= Math.max(1, pattern.range[0]) && layer.ordinal <= pattern.range[1];
    if ("place" in pattern)
      return layer.ordinal > 0 && layer.ordinal === (pattern.place === "first" ? 1 : last);
    return "layer" in pattern && layer.path === pattern.layer;
  };
  return network.layers.flatMap((layer, index) => (matches(layer) ? [index] : []));
}

/** `*` stands for any run of characters and `?` for one; linear for one star, never worse than quadratic. */
export function matchesGlob(glob: string, text: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (from < text.length) {
    if (glob[at] === "*") {
      star = at;
      at += 1;
      resume = from;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      from = resume;
    } else {
      return false;
    }
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
}

/** Whether the condition of a selection holds for a layer: over the facts that layers have (`layerFacts`). */
export function whereHolds(network: Network, index: number, selection: SelectionIr): boolean {
  if (selection.where === undefined) return true;
  const layer = network.layers[index];
  if (layer === undefined) return false;
  const cost = costs(network).perLayer[index];
  const facts = new Map<string, number | string>([
    ["kind", layer.className.toLowerCase()],
    ["name", layer.name],
    ["params", cost?.params ?? 0],
    ["macs", cost?.macs ?? 0],
    ["units", unitsByProducer(network).get(index)?.length ?? 0],
    ["trainable", layer.trainable ? 1 : 0],
  ]);
  return (evaluate(selection.where, facts) ?? 0) !== 0;
}
