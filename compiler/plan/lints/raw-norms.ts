import { structureKind } from "../../../core/ir/structure.js";
import { isChannelwise } from "../../../core/units/candidates.js";
import type { CriterionIr, ExprIr } from "../../../core/ir/types.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";
import { readsWeightsAlone } from "../weights.js";
import { structureName } from "../words.js";

/** One ranking of sums over units of different sizes mostly ranks the sizes. */
export const rawNorms: Lint = ({ ir }) =>
  distinct(statements(ir.body)).flatMap((one): readonly Finding[] => {
    if (one.kind !== "prune" || one.scope !== "global" || one.normalized !== undefined) return [];
    if (!isChannelwise(structureKind(one.structure)) || !isRawNorm(one.by)) return [];
    return [
      {
        code: "P3055",
        id: one.id,
        message: `a global ranking by raw \`${one.by.name}\` favours wide layers`,
        label: `${structureName(one.structure)} of layers with more weights each score higher`,
        help: "add `normalized by mean per layer`, or rank `local`",
      },
    ];
  });

/** A sum or norm of weights that nothing divides by their number. */
function isRawNorm({ expr }: CriterionIr): boolean {
  return (
    readsWeightsAlone(expr) &&
    mentions(expr, ["sum", "norm"]) &&
    !mentions(expr, ["mean", "size", "std", "layer.mean", "layer.max", "layer.std"])
  );
}

function mentions(expr: ExprIr, words: readonly string[]): boolean {
  if (typeof expr === "number") return false;
  return typeof expr === "string" ? words.includes(expr) : expr.some((part) => mentions(part, words));
}
