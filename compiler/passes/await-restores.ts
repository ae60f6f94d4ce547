import { thresholdOf } from "../../core/ir/amounts.js";
import type { PruneIr, RestoreIr } from "../../core/ir/types.js";
import { mapStatements, statements, type StatementIr } from "../../core/ir/walk.js";
import type { FrontState } from "./state.js";

/**
 * Notes at each `prune` that kills latently by a threshold whether a `restore` has the say on when its units come back: one of the
 * same structure in some of the same layers, below it or in the same phase or loop. Then they stay dead until it does, from the
 * first event on and however seldom it acts (dynamic network surgery; Guo, Yao and Chen 2016).
 */
export function awaitRestores(state: FrontState): FrontState {
  if (!statements(state.body).some(isRestore)) return state;
  const body = state.body.flatMap((step, i) => {
    const restores = statements(state.body.slice(i)).filter(isRestore);
    if (restores.length === 0) return [step];
    const settle = <T extends StatementIr>(one: T): T =>
      one.kind === "prune" && restores.some((restore) => belongs(restore, one))
        ? { ...one, awaitsRestore: true }
        : one;
    return mapStatements([step], settle);
  });
  return { ...state, body };
}

const isRestore = (one: StatementIr): one is RestoreIr => one.kind === "restore";

function belongs(restore: RestoreIr, prune: PruneIr): boolean {
  if (prune.manner !== "latently" || thresholdOf(prune) === null) return false;
  if (JSON.stringify(prune.structure) !== JSON.stringify(restore.structure)) return false;
  // Without a network nobody can tell which layers are meant.
  const [mine, its] = [prune.layers, restore.layers];
  return mine === undefined || its === undefined || mine.some((layer) => its.includes(layer));
}
