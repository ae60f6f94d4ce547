import type { CriterionIr, ScopeIr } from "../../core/ir/types.js";
import { selectUnits } from "../../core/choose/allocate.js";
import { combineMembers } from "../../core/choose/combine.js";
import type { PruningContext } from "../../core/events/context.js";
import { evaluateEntries } from "../../core/expr/expression.js";
import { namesOf } from "../../core/expr/names.js";
import type { Values } from "../../core/expr/names.js";
import type { Space } from "../../core/units/space.js";
import { living } from "../../core/masks/state.js";

/** What rules that act at every step see: the gradients of this very batch, no passes of their own. */
export type StepValues = Pick<Values, "numbers"> & { readonly g: ReadonlyMap<string, Float32Array> };

/** The share of the living units that score lowest (`bottom`) or highest (`top`), as flags. */
export function extremeUnits(
  context: PruningContext,
  id: number,
  space: Space,
  rule: {
    readonly end: "top" | "bottom";
    readonly share: number;
    readonly criterion: CriterionIr;
    readonly scope: ScopeIr;
  },
  values: StepValues,
): Uint8Array {
  const names = namesOf({ seed: context.seed, keys: [id], slots: context.slots, ...values });
  const scores = combineMembers(space, evaluateEntries(rule.criterion.expr, space, names), "sum");
  if (rule.end === "top") for (let i = 0; i < scores.length; i++) scores[i] = -(scores[i] ?? 0);
  const open = space.status.map((code) => (code === living ? 1 : 0));
  const options = { scope: rule.scope, keeping: { count: 0 }, collapse: true, aligned: 1 };
  return selectUnits(space, scores, open, { kind: "drop-share", value: rule.share }, options).chosen;
}
