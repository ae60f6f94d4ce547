import { evaluate } from "../../../core/expr/evaluate.js";
import { readsDiagonal, secondOrderIn, type Name } from "../../../core/expr/names.js";
import type { CriterionIr } from "../../../core/ir/types.js";

/** How often second derivatives pass over the batches: gradients ahead and behind, for each direction. Null where only a run can tell. */
export function gradientPasses(read: readonly Name[], probes: CriterionIr["probes"]): number | null {
  const directions = readsDiagonal(read) ? evaluate(probes ?? 1, new Map()) : 0;
  if (directions === undefined) return null;
  const along = read.includes("hg");
  // The direction of `hg` is the gradient itself.
  const gradient = along || read.includes("g") || read.includes("g2") || read.includes("ga");
  const products = directions + (along ? 1 : 0) + (read.includes("hw") ? 1 : 0);
  return (gradient || secondOrderIn(read) === undefined ? 1 : 0) + 2 * products;
}
