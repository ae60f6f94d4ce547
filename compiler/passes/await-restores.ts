import type { PruneIr, RestoreIr, RuleIr, StepIr } from "../../core/ir/types.js";
import { mapSteps } from "./map-steps.js";
import type { FrontState } from "./state.js";

/**
 * Notes at each `prune` that kills latently by a threshold whether a `restore` has the say on when its units come back: one of the
 * same structure in some of the same layers, below it or in the same phase or loop. Then they stay dead until it does, from the
 * first event on and however seldom it acts (dynamic network surgery; Guo, Yao and Chen 2016).
 */
export function awaitRestores(state: FrontState): FrontState {
  const body = state.body.flatMap((step, i) => {
    const restores = state.body.slice(i).flatMap(restoresIn);
    if (restores.length === 0) return [step];
    const settle = <T extends StepIr | RuleIr>(one: T): T =>
      one.kind === "prune" && restores.some((restore) => belongs(restore, one))
        ? { ...one, awaitsRestore: true }
        : one;
    return mapSteps([step], settle, settle);
  });
  return { ...state, body };
}

function restoresIn(step: StepIr | RuleIr): readonly RestoreIr[] {
  if (step.kind === "restore") return [step];
  if (step.kind === "train") return step.rules.flatMap(restoresIn);
  return step.kind === "repeat" || step.kind === "for-each" ? step.body.flatMap(restoresIn) : [];
}

function belongs(restore: RestoreIr, { manner, amount, structure, selection }: PruneIr): boolean {
  if (manner !== "latently" || amount.kind !== "threshold") return false;
  if (JSON.stringify(structure) !== JSON.stringify(restore.structure)) return false;
  // Without a network nobody can tell which layers are meant.
  const [mine, its] = [selection.layers, restore.selection.layers];
  return mine === undefined || its === undefined || mine.some((layer) => its.includes(layer));
}
