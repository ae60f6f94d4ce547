import type { LearnIr } from "../../core/ir/along-types.js";
import { structureKind } from "../../core/ir/structure.js";
import type { PatternIr, PruneIr, SelectionIr } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import { candidateUnits, selectedUnits } from "../../core/units/candidate-units.js";
import { isChannelwise } from "../../core/units/candidates.js";
import { isEverything, listOf } from "../../core/units/select.js";

/** What died softly or latently, or masks that were learned, until something makes it final. */
export interface Pending<Made extends PruneIr | LearnIr = PruneIr | LearnIr> {
  readonly made: Made;
  /** Units by root, or layers by path, that are not final; null without a network. */
  readonly left: ReadonlySet<number | string> | null;
}

export const comesBack = ({ manner }: PruneIr): boolean => manner === "softly" || manner === "latently";

/** What it may have to do with: units by root, or layers by path. */
export function touched(made: PruneIr | LearnIr, network: Network | undefined): Pending["left"] {
  const { structure, layers } = made;
  const joins = made.kind === "prune" ? made.joins : "couple";
  if (network === undefined || layers === undefined) return null;
  if (!isChannelwise(structureKind(structure))) return new Set(layers);
  const paths = new Set(layers);
  const indices = [...network.layers.keys()].filter((index) => paths.has(network.layers[index]?.path ?? ""));
  return new Set(
    candidateUnits(network, structureKind(structure), indices, joins).units.map(({ root }) => root),
  );
}

/** What is pending after a `harden masks` in these layers; null when nothing is. */
export function hardened<Made extends PruneIr | LearnIr>(
  pending: Pending<Made>,
  selection: SelectionIr,
  network: Network | undefined,
): Pending<Made> | null {
  const { layers } = selection;
  if (isEverything(selection)) return null;
  if (pending.left === null || network === undefined || layers === undefined)
    return areApart(listOf(selection.in), listOf(pending.made.in)) ? pending : null;
  const final = new Set<number | string>(layers);
  for (const { root } of selectedUnits(network, layers)) final.add(root);
  const left = new Set([...pending.left].filter((one) => !final.has(one)));
  return left.size === 0 ? null : { ...pending, left };
}

/** Whether two lists of patterns name other layers for certain: by their names alone. */
function areApart(a: readonly PatternIr[], b: readonly PatternIr[]): boolean {
  const namesOf = (patterns: readonly PatternIr[]) =>
    patterns.flatMap((pattern) =>
      typeof pattern === "string"
        ? /[*?]/.test(pattern)
          ? []
          : [pattern]
        : "layer" in pattern
          ? [pattern.layer]
          : [],
    );
  const [left, right] = [namesOf(a), namesOf(b)];
  const all = a.length > 0 && b.length > 0 && left.length === a.length && right.length === b.length;
  return all && !left.some((name) => right.includes(name));
}
