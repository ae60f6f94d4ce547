import { counted } from "../../../core/ir/words.js";
import { matchingLayers, selectedLayers, whereHolds } from "../../../core/units/select.js";
import { isCandidate, isChannelwise, type StructureName } from "../../../core/units/candidates.js";
import type { PatternIr, RuleIr, SelectionIr, StepIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { reportAt } from "../report-at.js";
import type { FrontState } from "../state.js";
import { allTurns } from "./all-turns.js";
import { checkInputs } from "./check-inputs.js";
import { checkJoins } from "./check-joins.js";
import { checkNorms } from "./check-norms.js";
import { explainNoCandidate } from "./explain-no-candidate.js";

/** Everything that can be wrong with a selection in a network; at most one mistake per pattern. */
export function checkSelection(
  statement: StepIr | RuleIr,
  selection: SelectionIr,
  structure: StructureName | null,
  network: Network,
  state: FrontState,
): void {
  const { id } = statement;
  let good = true;
  for (const pattern of [...selection.include, ...selection.exclude]) {
    good = checkPattern(pattern, id, network, state) && good;
  }
  if (!good) return;
  if (structure !== null) {
    for (const pattern of selection.include) {
      const named = matchingLayers(network, pattern);
      if (named.length === 0 || named.some((index) => isCandidate(network, index, structure, true))) continue;
      explainNoCandidate(statement, named, structure, network, state);
      return;
    }
  }
  const layers = selectedLayers(network, selection, structure);
  if (layers === null) {
    const turns = allTurns(selection, state.body, network);
    const gone = turns && selectedLayers(network, turns, structure);
    if (gone !== null && structure !== null) checkNorms(statement, structure, gone, network, state);
    return;
  }
  if (layers.length > 0) {
    if (structure !== null && isChannelwise(structure))
      checkJoins(statement, structure, selection, layers, network, state);
    if (structure !== null) {
      checkNorms(statement, structure, layers, network, state);
      checkInputs(statement, structure, layers, network, state);
    }
    return;
  }
  const { where } = selection;
  if (where !== undefined && !network.layers.some((_, index) => whereHolds(network, index, selection))) {
    reportAt(state, id, "selection", "P4007", "the condition of `where` holds for no layer", {
      notes: [`kinds in \`${network.name}\`: ${kinds(network).join(", ")}`],
    });
    return;
  }
  const nothing = selection.include.length === 0 && selection.exclude.length === 0 && where === undefined;
  const what = structure ?? "layers with weights";
  reportAt(
    state,
    id,
    nothing ? "structure" : "selection",
    "P4005",
    nothing ? `\`${network.name}\` has no ${what} that could be selected` : `this selects no ${what} at all`,
    {
      notes: [`kinds in \`${network.name}\`: ${kinds(network).join(", ")}`, ...barriers(network, structure)],
    },
  );
}

/** What keeps units from being candidates that would be some in another network. */
function barriers(network: Network, structure: StructureName | null): readonly string[] {
  if (structure === null || !isChannelwise(structure)) return [];
  return network.barriers
    .slice(0, 3)
    .map(({ layer, reason }) => `what meets \`${layer}\` has to stay: ${reason}`);
}

function checkPattern(pattern: PatternIr, id: number, network: Network, state: FrontState): boolean {
  if ("variable" in pattern || "layer" in pattern) return true;
  const count = Math.max(0, ...network.layers.map((layer) => layer.ordinal));
  if ("range" in pattern) {
    const [from, to] = pattern.range;
    if (to <= count) return true;
    reportAt(state, id, "selection", "P4006", `\`layers ${from}..${to}\` leaves \`${network.name}\``, {
      label: `${count === 1 ? "there is" : "there are"} ${counted(count, "layers")} with kernels`,
      help: count === 0 ? undefined : `write \`layers ${Math.min(from, count)}..${count}\``,
    });
    return false;
  }
  if (matchingLayers(network, pattern).length > 0) return true;
  const written = "glob" in pattern ? pattern.glob : pattern.place;
  const names = network.layers.filter((layer) => layer.weights.length > 0).map((layer) => layer.path);
  const some = names
    .slice(0, 6)
    .map((name) => `\`${name}\``)
    .join(", ");
  reportAt(state, id, "selection", "P4001", `no layer of \`${network.name}\` matches \`${written}\``, {
    help:
      similar(written.replaceAll("*", ""), names, "layer") ??
      `layers are ${some}${names.length > 6 ? ", …" : ""}`,
  });
  return false;
}

/** Classes of the layers that have weights, each once, as `where kind = …` takes them. */
function kinds(network: Network): readonly string[] {
  const classes = network.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) => layer.className.toLowerCase());
  return [...new Set(classes)];
}
