import type { ExprIr, PruneIr, RestoreIr } from "../../../core/ir/types.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";
import { structureName } from "../words.js";

/** A unit restored above a threshold under which it is pruned would die and live by turns. */
export const flicker: Lint = ({ ir }) => {
  const all = distinct(statements(ir.body));
  const prunes = all.filter((one): one is PruneIr => one.kind === "prune");
  const restores = all.filter((one): one is RestoreIr => one.kind === "restore");
  return restores.flatMap((restore): readonly Finding[] => {
    const rival = prunes.find((prune) => flickers(prune, restore));
    if (rival === undefined) return [];
    return [
      {
        code: "P3054",
        id: restore.id,
        message: `${structureName(restore.structure)} between the two thresholds would die and come back by turns`,
        label: "this threshold lies under the one that prunes",
        other: { id: rival.id, label: "pruned below this" },
        help: "restore above a higher threshold than the one that prunes",
      },
    ];
  });
};

function flickers(prune: PruneIr, restore: RestoreIr): boolean {
  if (prune.below === undefined) return false;
  if (JSON.stringify(prune.structure) !== JSON.stringify(restore.structure)) return false;
  if (JSON.stringify(prune.by.expr) !== JSON.stringify(restore.by.expr)) return false;
  const below = multiple(prune.below);
  const above = multiple(restore.above);
  return below.of === above.of && above.factor < below.factor;
}

/** A threshold as a number times something, so that two of the same something compare. */
function multiple(expr: ExprIr): { readonly factor: number; readonly of: string } {
  if (typeof expr === "number") return { factor: expr, of: "" };
  if (typeof expr !== "string" && expr[0] === "*") {
    const [, a, b] = expr;
    if (typeof a === "number" && b !== undefined) return { factor: a, of: JSON.stringify(b) };
    if (typeof b === "number" && a !== undefined) return { factor: b, of: JSON.stringify(a) };
  }
  return { factor: 1, of: JSON.stringify(expr) };
}
