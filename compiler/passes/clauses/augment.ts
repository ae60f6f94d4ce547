import { augmentationNames, augmentationRow } from "../../../core/ir/augmentations.js";
import type { TrainIr } from "../../../core/ir/types.js";
import type { Augment } from "../../../grammar/ast.js";
import { reject, type Place } from "../lowering.js";
import { lowerKnown, oneOf } from "./typed.js";

/** `augment flip, shift 10%, rotate 15`: each way once, with its amount. */
export function lowerAugment({ ways }: Augment, place: Place): NonNullable<TrainIr["augment"]> | null {
  const amounts: Record<string, number> = {};
  for (const { name, amount, span } of ways) {
    const way = oneOf(name, augmentationNames, "augmentation", place);
    if (way === null) return null;
    if (Object.hasOwn(amounts, way)) return reject(place, "P2024", `\`${way}\` is given twice`, span);
    const { amount: takes, most = Infinity, below = false } = augmentationRow(way);
    if (takes === null) {
      if (amount !== undefined)
        return reject(place, "P2020", `\`${way}\` takes no amount`, amount.span, {
          help: "it acts on half of the examples",
        });
      amounts[way] = 1;
      continue;
    }
    const example = takes === "share" ? `\`${way} 10%\`` : `\`${way} 15\`, in degrees`;
    if (amount === undefined)
      return reject(place, "P2022", `\`${way}\` does not say by how much`, span, {
        help: `write ${example}`,
      });
    const by = lowerKnown(amount, {}, `\`${way}\``, place, [takes === "share" ? "share" : "number"]);
    if (by === null) return null;
    const text = takes === "share" ? `${100 * most}%` : `${most} degrees`;
    if (!(by > 0 && (below ? by < most : by <= most)))
      return reject(
        place,
        "P3027",
        `\`${way}\` is more than 0 and ${below ? "less than" : "at most"} ${text}`,
        amount.span,
      );
    amounts[way] = by;
  }
  return amounts;
}
