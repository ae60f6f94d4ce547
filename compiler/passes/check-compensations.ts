import { mayLose, tooMuchWork } from "../../core/compensate/limits.js";
import { statements } from "../../core/ir/walk.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Checks that something can make up for what goes, and that it does not take too long. */
export function checkCompensations(state: FrontState): FrontState {
  const { network } = state.options;
  const seen = new Set<number>();
  for (const statement of statements(state.body)) {
    if (statement.kind !== "prune" || statement.compensating === undefined || seen.has(statement.id))
      continue;
    const { id, regrow, layers: paths } = statement;
    seen.add(id);
    if (regrow !== undefined) {
      const message = "what comes back in the same event is not what the others made up for";
      reportAt(state, regrow.id, "word", "P3026", message, {
        help: "leave the regrow out, or leave `compensating by …` out",
      });
    }
    // Of the turns of a loop only the run knows the layers.
    if (network === undefined || paths === undefined) continue;
    const losing = mayLose(network, statement, paths);
    for (const { path, systems } of losing) {
      const refused = systems && tooMuchWork(path, systems);
      if (refused) reportAt(state, id, "compensating", "P4013", refused.message, { help: refused.help });
    }
    if (losing.length > 0 && losing.every(({ systems }) => systems === null)) {
      const named = losing.slice(0, 6).map(({ path }) => `\`${path}\``);
      reportAt(state, id, "compensating", "P4014", "nothing that reads what goes here can make up for it", {
        notes: [`read by: ${named.join(", ")}`],
        help: "dense layers and convolutions can, ungrouped and with channels last: select what they read, or leave `compensating by …` out",
      });
    }
  }
  return state;
}
