import { structureKind } from "../../../core/ir/structure.js";
import { isSlimmable } from "../../../core/units/candidates.js";
import { mentionedIn } from "../../../core/expr/names.js";
import type { LearnIr, PruneIr } from "../../../core/ir/types.js";
import type { StatementIr } from "../../../core/ir/walk.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";
import { unitsName } from "../words.js";

const onlyShifts =
  "the network gets faster only where all filters read a channel at one tap, as a shift and a 1×1 convolution";

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
    if (becomesShift(prune, all)) return [];
    said.add(name);
    const message = slimmable
      ? `dead ${name} stay in the network as zeros`
      : mayShift(prune, all)
        ? `dead ${name} are zeros in tensors of the same size: ${onlyShifts}`
        : `dead ${name} are zeros in tensors of the same size: the file packs better, ${faster(prune, slims)}`;
    const help = slimmable
      ? "add `slim` where they shall be removed"
      : mayShift(prune, all)
        ? "learn the masks by `shared-softmax`, which has all filters agree"
        : isOneTap(prune) && slims
          ? "`slim` once more as the last step that changes the network: it writes taps that all filters share as a shift"
          : "to make it faster prune filters, neurons or units, and `slim`";
    return [{ code: "P3056", id: prune.id, message, help }];
  });
};

/** Attention that all filters share leaves them one tap for each channel: a shift, which `slim` writes. */
function becomesShift(prune: PruneIr, all: readonly StatementIr[]): boolean {
  const learned = all.filter((one): one is LearnIr => one.kind === "learn" && one.structure === "taps");
  const shared = learned.length > 0 && learned.every(({ gate }) => gate.name === "shared-softmax");
  return mayShift(prune, all) && shared && [...mentionedIn(prune.by.expr)].join() === "gate";
}

const isOneTap = ({ structure, keepEach, manner }: PruneIr): boolean =>
  structure === "taps" && keepEach === 1 && manner !== "frozen";

const mayShift = (prune: PruneIr, all: readonly StatementIr[]): boolean =>
  isOneTap(prune) && all.some((one) => one.kind === "slim" && one.keepsTaps !== true);

/** A filter of which nothing is left holds one value, and goes with a `slim`. */
function faster({ structure, manner }: PruneIr, slims: boolean): string {
  const empties = slims && manner !== "frozen" && structureKind(structure) !== "n:m" && structure !== "taps";
  return empties
    ? "the network gets faster only as far as `slim` finds whole filters or neurons emptied"
    : "the network gets no faster";
}
