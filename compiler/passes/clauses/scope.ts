import type { Scope } from "../../../grammar/ast.js";
import type { StructureName } from "../../../core/ir/structure.js";
import type { AmountIr, ScopeIr } from "../../../core/ir/types.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { reject, type Place } from "../lowering.js";

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
      {
        help:
          name === "layer"
            ? "`local` ranks within each layer"
            : (similar(name, groups) ?? "rank `per row` or `per sign`"),
      },
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
): boolean {
  if ((kind !== "erk" && kind !== "er") || amount.to !== undefined || scope === undefined) return true;
  reject(place, "P3008", `\`${kind}\` gives every layer a density, which needs a target`, scope.span, {
    help: "write the share of all units that shall be dead: `to 90%`",
  });
  return false;
}
