import type { QuantizeStatement } from "../../../grammar/ast.js";
import type { QuantizeIr } from "../../../core/ir/types.js";
import { mostBits, quantizers } from "../../../core/quantize/methods.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerWithin, oneOf } from "../clauses/typed.js";
import { reject, whole, type Lowered, type Place } from "../lowering.js";

/** `quantize weights`: how many bits number the values that they share; the layers' own where nothing is said. */
export function lowerQuantize(
  { selection, bits: written, by, word }: QuantizeStatement,
  place: Place,
): Lowered<QuantizeIr> | null {
  if (by !== undefined && !lowerBy(by, place)) return null;
  if (place.learned.some((learned) => learned !== null))
    return reject(place, "P2049", "masks are learned above that are not part of the weights yet", word, {
      help: "write `harden masks` above",
    });
  const layers = lowerSelection(selection, place);
  if (written === undefined) return layers;
  const bits = lowerWithin(written, { least: 1, most: mostBits }, "the number of bits", place);
  if (typeof bits === "number" && !Number.isInteger(bits))
    return reject(place, "P3027", "bits are counted in whole numbers", written.span);
  return whole(layers, { bits });
}

function lowerBy({ name, args = [] }: NonNullable<QuantizeStatement["by"]>, place: Place): boolean {
  const found = oneOf(name, quantizers, "way to share values", place);
  const [first] = args;
  if (found === null || first === undefined) return found !== null;
  reject(place, "P2023", `\`${found}\` takes no arguments`, first.span);
  return false;
}
