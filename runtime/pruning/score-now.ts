import type { CriterionIr, ScopeIr } from "../../compiler/ir/types.js";
import { selectUnits } from "./allocate.js";
import { combineMembers } from "./combine.js";
import type { PruningContext } from "./context.js";
import { evaluateEntries } from "./expression.js";
import { namesOf } from "./names.js";
import type { Values } from "./names.js";
import type { Space } from "./space.js";
import { living } from "./state.js";

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
