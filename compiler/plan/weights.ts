import { thresholdOf } from "../../core/ir/amounts.js";
import { bodyOf, statements } from "../../core/ir/walk.js";
import { structureKind } from "../../core/ir/structure.js";
import { isChannelwise } from "../../core/units/candidates.js";
import { needsOf } from "../../core/expr/names.js";
import { ownParts } from "../../core/expr/own.js";
import type { ExprIr, Ir, PruneIr, StepIr } from "../../core/ir/types.js";

export function readsWeightsAlone(expr: ExprIr): boolean {
  if (ownParts(expr).length > 0) return false;
  const read = needsOf(expr);
  return read.length > 0 && read.every((name) => name === "w" || name === "w0" || name === "dw");
}

/**
 * Whether the plan of a program is nearer with the weights of its network: a `slim` finds units that hold nothing but zeros in the
 * file (`mayBeEmpty`: none do of which initializers draw all kernels), or some statement ranks whole channels by them, before anything
 * has trained, over several layers or by a threshold.
 */
export function asksForWeights({ body }: Pick<Ir, "body">, mayBeEmpty = true): boolean {
  const slims = mayBeEmpty && statements(body).some(({ kind }) => kind === "slim");
  return slims || untrained(body).steps.some(ranksByWeights);
}

/** The steps that act before any training, and whether one comes after them. */
function untrained(body: readonly StepIr[]): { readonly steps: readonly StepIr[]; readonly ends: boolean } {
  const steps: StepIr[] = [];
  for (const step of body) {
    if (step.kind === "train") return { steps, ends: true };
    if (bodyOf(step).length === 0) steps.push(step);
    else {
      const inner = untrained(bodyOf(step));
      steps.push(...inner.steps);
      if (inner.ends) return { steps, ends: true };
    }
  }
  return { steps, ends: false };
}

function ranksByWeights(step: StepIr): step is PruneIr {
  if (step.kind !== "prune" || !readsWeightsAlone(step.by.expr)) return false;
  const ranked = step.scope === "global" || thresholdOf(step) !== null;
  return ranked && (isChannelwise(structureKind(step.structure)) || step.structure === "layers");
}
