import type { Structure } from "../../../grammar/ast.js";
import type { StructureIr } from "../../../core/ir/types.js";
import { patternOf, sizedStructure } from "../../../core/ir/structure.js";
import { reject, type Place } from "../lowering.js";

/** The unit that lives or dies. */
export function lowerStructure(structure: Structure, place: Place): StructureIr | null {
  switch (structure.name) {
    case "blocks":
      if (!positive(structure.height) || !positive(structure.width)) {
        return reject(place, "P3007", "a block has whole numbers of rows and columns", structure.span);
      }
      return { blocks: [structure.height, structure.width] };
    case "n:m":
      if (!positive(structure.n) || !positive(structure.m) || structure.n >= structure.m) {
        return reject(
          place,
          "P3007",
          `\`${structure.n}:${structure.m}\` must keep fewer than it has`,
          structure.span,
          { help: "`2:4` keeps 2 of every 4" },
        );
      }
      return `${structure.n}:${structure.m}`;
    case "strided":
      if (!positive(structure.stride) || structure.stride < 2) {
        return reject(place, "P3007", "a stride is a whole number from 2", structure.span);
      }
      if (
        !Number.isInteger(structure.offset) ||
        structure.offset < 0 ||
        structure.offset >= structure.stride
      ) {
        return reject(place, "P3007", "an offset is a whole number below the stride", structure.span);
      }
      return { strided: structure.stride, ...(structure.offset > 0 && { offset: structure.offset }) };
    case "gates":
      return reject(
        place,
        "P8002",
        "pruning gates needs learned masks, which are not available yet",
        structure.span,
      );
    default:
      return structure.name;
  }
}

function positive(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_536;
}

/** A structure as it is written. */
export const structureText = (structure: StructureIr): string =>
  patternOf(structure) === null ? sizedStructure(structure) : `${sizedStructure(structure)} of weights`;
