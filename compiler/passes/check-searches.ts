import { countingOf } from "../../core/ir/amounts.js";
import { mentions } from "../../core/ir/mentions.js";
import type { SearchIr } from "../../core/ir/types.js";
import { placed, statements, withPaired, type StatementIr } from "../../core/ir/walk.js";
import { counted } from "../../core/ir/words.js";
import { agentKind, firstTrials, trialsOf } from "../../core/search/registry.js";
import { labelAt, reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Refuses searches over what nothing reads, agents that learn nothing (a warning), values by layer where layers are not asked one by one, and searches in searches. */
export function checkSearches(state: FrontState): FrontState {
  for (const { statement, around } of placed(state.body)) {
    if (statement.kind !== "search") continue;
    if (around.some(({ kind }) => kind === "search"))
      reportAt(state, statement.id, "word", "P3025", "a search stands inside a search", {
        help: "put one after the other, or write what both choose by one variable",
      });
    else {
      checkVariable(statement, state);
      checkTrials(statement, state);
    }
  }
  return state;
}

function checkVariable(search: SearchIr, state: FrontState): void {
  const { id, as, body, perLayer } = search;
  const variable = new Set([as]);
  const readers = statements(body)
    .flatMap(withPaired)
    .filter((one) => mentions(one, variable));
  if (readers.length === 0)
    reportAt(state, id, "word", "P2050", `nothing in the block reads \`${as}\``, {
      help: `write it where it belongs: \`prune filters by l1 amount ${as}\``,
    });
  if (!perLayer) return;
  for (const one of readers)
    if (!takesLayerByLayer(one, as))
      reportAt(state, one.id, "word", "P2052", `\`${as}\` has a value for each layer, and this takes one`, {
        labels: labelAt(state, id, "chosen per layer here"),
        help: `layers are asked one by one by a local amount alone: \`prune filters by l1 amount ${as}\``,
      });
}

/** Warns of an agent whose trials end before it has learned from any. */
function checkTrials({ id, agent }: SearchIr, state: FrontState): void {
  const [trials, first] = [trialsOf(agent), firstTrials(agent)];
  if (first === null || trials > first) return;
  const { counts, learnsAfter = "" } = agentKind(agent.name);
  reportAt(state, id, "word", "P2053", `\`${agent.name}\` learns nothing in ${counted(trials, counts)}`, {
    notes: [`the first ${first} are drawn by chance: \`${learnsAfter}: ${first}\``],
    help: `ask for more (\`${counts}: ${4 * first}\`), or choose \`by random\``,
  });
}

/** Whether a prune asks every layer for its own share, and reads the variable for nothing else. */
function takesLayerByLayer(statement: StatementIr, variable: string): boolean {
  if (statement.kind !== "prune" || statement.scope !== "local" || statement.structure === "layers")
    return false;
  const amount = countingOf(statement);
  if (amount?.value !== variable || (amount.kind === "keep" && statement.keepEach !== undefined))
    return false;
  const { [amount.kind]: _, ...rest } = statement;
  return !mentions(rest as StatementIr, new Set([variable]));
}
