import type { Scope, Structure } from "../../../grammar/ast.js";
import type { AmountIr, ScopeIr, SelectionIr, StructureIr } from "../../../core/ir/types.js";
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
      return guardedStructure(structure, place);
    default:
      return structure.name;
  }
}

/** `gates` are what the masks learned above guard. */
function guardedStructure({ span }: Structure, place: Place): StructureIr | null {
  const [first, ...others] = place.learned;
  if (first === null) return null;
  if (first === undefined)
    return reject(place, "P2040", "no masks are learned above", span, {
      help: "gates are trained by `learn masks on filters by hard-concrete strength …`; `slim` and `harden masks` end them",
    });
  const other = others.find((one) => one && structureText(one.structure) !== structureText(first.structure));
  if (!other) return first.structure;
  return reject(place, "P2041", "masks of several structures are learned above", span, {
    notes: [`of ${structureText(first.structure)} and of ${structureText(other.structure)}`],
    help: `say which: \`prune ${structureText(first.structure)} by gate …\``,
  });
}

/** The layers that `gates` mean where nothing says which. */
export function guardedSelection(structure: Structure, { learned }: Place): Partial<SelectionIr> {
  const [only, ...others] = learned;
  if (structure.name !== "gates" || !only || others.length > 0) return {};
  const { in: within, except, where } = only;
  return {
    ...(within !== undefined && { in: within }),
    ...(except !== undefined && { except }),
    ...(where !== undefined && { where }),
  };
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
