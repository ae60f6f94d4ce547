import { structureKind } from "../../../core/ir/structure.js";
import { isSlimmable } from "../../../core/units/candidates.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";
import { unitsName } from "../words.js";

/** Zeros in a tensor of the same size cost as much as other numbers. Said once for each structure. */
export const masksOnly: Lint = ({ ir }) => {
  const all = distinct(statements(ir.body));
  const prunes = all.filter((one): one is PruneIr => one.kind === "prune");
  const slims = all.some((one) => one.kind === "slim");
  const said = new Set<string>();
  return prunes.flatMap((prune): readonly Finding[] => {
    const name = unitsName(prune.structure);
    const slimmable = isSlimmable(structureKind(prune.structure));
    // Of what is frozen, `slim` takes nothing: that is said where there is one.
    if ((slimmable && (slims || prune.manner === "frozen")) || said.has(name)) return [];
    said.add(name);
    const message = slimmable
      ? `dead ${name} stay in the network as zeros`
      : `dead ${name} are zeros in tensors of the same size: the file packs better, ${faster(prune, slims)}`;
    const help = slimmable
      ? "add `slim` where they shall be removed"
      : "to make it faster prune filters, neurons or units, and `slim`";
    return [{ code: "P3056", id: prune.id, message, help }];
  });
};

/** A filter of which nothing is left holds one value, and goes with a `slim`. */
function faster({ structure, manner }: PruneIr, slims: boolean): string {
  const empties = slims && manner !== "frozen" && structureKind(structure) !== "n:m" && structure !== "taps";
  return empties
    ? "the network gets faster only as far as `slim` finds whole filters or neurons emptied"
    : "the network gets no faster";
}
