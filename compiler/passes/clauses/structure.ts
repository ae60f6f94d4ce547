import type { Scope, Structure } from "../../../grammar/ast.js";
import type { AmountIr, ScopeIr, StructureIr } from "../../../core/ir/types.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import { patternOf, sizedStructure, type StructureName } from "../../../core/ir/structure.js";
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

const groups = ["row", "sign"] as const;

/** Over what units are ranked together; `local` when nothing is written, and `uniform` is the same. */
export function lowerScope(scope: Scope | undefined, structure: StructureName, place: Place): ScopeIr | null {
  if (scope === undefined || scope.name === "uniform") return "local";
  if (scope.name !== "per") return scope.name;
  const group = groups.find((known) => known === scope.group?.text);
  if (group === undefined) {
    const name = scope.group?.text ?? "";
    return reject(
      place,
      "P2002",
      `there is no group \`${name}\` to rank within`,
      scope.group?.span ?? scope.span,
      unknownName("group", name, scope.group?.span ?? scope.span, groups, {
        otherwise: "rank `per row` or `per sign`",
      }),
    );
  }
  if (structure !== "weights") {
    return reject(place, "P2031", `\`per ${group}\` ranks single weights, not ${structure}`, scope.span);
  }
  return group;
}

/** Densities of `erk` and `er` are worked out from what shall be dead in the end, not from what is alive. */
export function scopeTakesAmount(
  scope: Scope | undefined,
  kind: ScopeIr,
  amount: AmountIr,
  place: Place,
): true | null {
  if ((kind !== "erk" && kind !== "er") || amount.to !== undefined || scope === undefined) return true;
  return reject(place, "P3008", `\`${kind}\` gives every layer a density, which needs a target`, scope.span, {
    help: "write the share of all units that shall be dead: `to 90%`",
  });
}
