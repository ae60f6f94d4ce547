import { byReason, counted } from "../../../core/ir/words.js";
import {
  isEverything,
  isVariable,
  listOf,
  matchingLayers,
  patternsOf,
  selectedLayers,
  selecting,
  whereHolds,
} from "../../../core/units/select.js";
import { isCandidate, isChannelwise, type StructureName } from "../../../core/units/candidates.js";
import type { PatternIr, SelectionIr, StepIr } from "../../../core/ir/types.js";
import { steps, type StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { reportAt } from "../report-at.js";
import type { FrontState } from "../state.js";
import { checkJoins, checkTurns } from "./check-joins.js";
import { checkInputs, checkNorms } from "./check-names.js";
import { explainNoCandidate } from "./explain-no-candidate.js";

/** A statement and the layers that it is about. */
export interface Selecting {
  readonly statement: StatementIr;
  readonly selection: SelectionIr;
  /** What the layers are candidates for; null for statements about whole layers. */
  readonly structure: StructureName | null;
  readonly network: Network;
  readonly state: FrontState;
}

/** The same once it is known which layers those are. */
export interface Selected extends Selecting {
  readonly structure: StructureName;
  readonly layers: readonly number[];
}

/** Everything that can be wrong with a selection in a network; at most one mistake per pattern. */
export function checkSelection(given: Selecting): void {
  const { statement, selection, structure, network, state } = given;
  const wrong = patternsOf(selection).filter((pattern) => !checkPattern(pattern, given));
  if (wrong.length > 0) return;
  if (structure !== null) {
    for (const pattern of listOf(selection.in)) {
      const named = matchingLayers(network, pattern);
      if (named.length === 0 || named.some((index) => isCandidate(network, index, structure, true))) continue;
      explainNoCandidate({ ...given, structure, layers: named });
      return;
    }
  }
  const layers = selectedLayers(network, selection, structure);
  if (layers === null) {
    const turns = allTurns(selection, state.body, network);
    const gone = turns && selectedLayers(network, turns, structure);
    if (gone === null || structure === null) return;
    const selected = { ...given, structure, layers: gone };
    checkNorms(selected);
    if (isChannelwise(structure) && isOneTurn(selection)) checkTurns(selected);
    return;
  }
  if (layers.length > 0) {
    if (structure === null) return;
    const selected = { ...given, structure, layers };
    if (isChannelwise(structure)) checkJoins(selected);
    checkNorms(selected);
    checkInputs(selected);
    return;
  }
  const { where } = selection;
  const present = `kinds in \`${network.name}\`: ${kinds(network).join(", ")}`;
  if (where !== undefined && !network.layers.some((_, index) => whereHolds(network, index, selection))) {
    const message = "the condition of `where` holds for no layer";
    reportAt(state, statement.id, "selection", "P4007", message, { notes: [present] });
    return;
  }
  const nothing = isEverything(selection);
  const what = structure ?? "layers with weights";
  const message = nothing
    ? `\`${network.name}\` has no ${what} that could be selected`
    : `this selects no ${what} at all`;
  reportAt(state, statement.id, nothing ? "structure" : "selection", "P4005", message, {
    notes: [present, ...barriers(network, structure)],
  });
}

/** What keeps units from being candidates that would be some in another network. */
function barriers(network: Network, structure: StructureName | null): readonly string[] {
  if (structure === null || !isChannelwise(structure)) return [];
  return byReason(network.barriers.map(({ layer, reason }) => [`\`${layer}\``, reason]))
    .slice(0, 3)
    .map(([layers, reason]) => `what meets ${layers.join(" or ")} has to stay: ${reason}`);
}

/** Whether each turn of a loop selects its own layer alone. */
const isOneTurn = (selection: SelectionIr): boolean => {
  const [only, ...others] = listOf(selection.in);
  return only !== undefined && isVariable(only) && others.length === 0;
};

/** A selection by the variable of a `for each`, with all layers that the loop goes through in its place; null where those vary. */
function allTurns(selection: SelectionIr, body: readonly StepIr[], network: Network): SelectionIr | null {
  const turns = (pattern: PatternIr): readonly PatternIr[] | null => {
    if (!isVariable(pattern)) return [pattern];
    const loop = steps(body).find((step) => step.kind === "for-each" && step.as === pattern.variable);
    const layers = loop?.kind === "for-each" ? selectedLayers(network, loop, null) : null;
    const passed = layers?.flatMap((index) => network.layers[index] ?? []);
    return passed?.filter(({ ordinal }) => ordinal > 0).map(({ path }) => ({ layer: path })) ?? null;
  };
  const included = listOf(selection.in).map(turns);
  if (included.includes(null)) return null;
  const { where } = selection;
  // What a turn leaves out, another takes.
  const excluded = listOf(selection.except).filter((pattern) => !isVariable(pattern));
  return {
    ...selecting(
      "in",
      included.flatMap((patterns) => patterns ?? []),
    ),
    ...selecting("except", excluded),
    ...(where !== undefined && { where }),
  };
}

function checkPattern(pattern: PatternIr, { statement, network, state }: Selecting): boolean {
  const isGlob = typeof pattern === "string";
  if (!isGlob && ("variable" in pattern || "layer" in pattern)) return true;
  const { name, layers } = network;
  const count = Math.max(0, ...layers.map((layer) => layer.ordinal));
  if (!isGlob && "range" in pattern) {
    const [from, to] = pattern.range;
    if (to <= count) return true;
    const message = `\`layers ${from}..${to}\` leaves \`${name}\``;
    reportAt(state, statement.id, "selection", "P4006", message, {
      label: `${count === 1 ? "there is" : "there are"} ${counted(count, "layers")} with kernels`,
      help: count === 0 ? undefined : `write \`layers ${Math.min(from, count)}..${count}\``,
    });
    return false;
  }
  if (matchingLayers(network, pattern).length > 0) return true;
  const written = isGlob ? pattern : pattern.place;
  const names = layers.filter((layer) => layer.weights.length > 0).map((layer) => layer.path);
  const some = names.slice(0, 6).map((path) => `\`${path}\``);
  reportAt(state, statement.id, "selection", "P4001", `no layer of \`${name}\` matches \`${written}\``, {
    help:
      similar(written.replaceAll("*", ""), names, "layer") ??
      `layers are ${some.join(", ")}${names.length > 6 ? ", …" : ""}`,
  });
  return false;
}

/** Classes of the layers that have weights, each once, as `where kind = …` takes them. */
function kinds(network: Network): readonly string[] {
  const weighted = network.layers.filter((layer) => layer.weights.length > 0);
  return [...new Set(weighted.map((layer) => layer.className.toLowerCase()))];
}
