import { branchesOf } from "../../../core/units/branches.js";
import { candidateUnits } from "../../../core/units/candidate-units.js";
import { isChannelwise, type StructureName } from "../../../core/units/candidates.js";
import type { RuleIr, StepIr } from "../../../core/ir/types.js";
import { counted } from "../../../core/ir/words.js";
import type { Network } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { FrontState } from "../state.js";
import { readIn } from "../../../core/ir/walk.js";

const norms = ["gamma", "beta"] as const;
/** Layers that a note names; more are counted. */
const named = 6;

/** Scores and penalties of batch-norm scales and shifts in layers whose channels pass none: they are the same for every unit. */
export function checkNorms(
  statement: StepIr | RuleIr,
  structure: StructureName,
  layers: readonly number[],
  network: Network,
  state: FrontState,
): void {
  const read = norms.find((name) => readIn(statement).includes(name));
  if (read === undefined) return;
  const scored = unitsOfLayers(statement, structure, layers, network);
  const normed = rootsWith(read, network);
  const without = [...scored].filter(([, roots]) => !roots.some((root) => normed.has(root)));
  if (without.length === 0) return;
  const paths = without.map(([index]) => `\`${network.layers[index]?.path ?? ""}\``);
  const more = paths.length > named ? [`${paths.length - named} more`] : [];
  const list = [...paths.slice(0, named), ...more].join(", ");
  const doing = statement.kind === "penalize" ? "are not penalized" : "score alike";
  if (without.length === scored.size) {
    const what = scored.size === 1 ? "the selected layer passes" : "none of the selected layers passes";
    const no = scored.size === 1 ? "no" : "a";
    reportAt(state, statement.id, "criterion", "P4009", `${what} ${no} batch norm with a \`${read}\``, {
      notes: [`selected: ${list}`],
      help: "score by something that every layer has: `by l1`",
    });
    return;
  }
  const few = counted(without.length, "selected layers");
  const pass = without.length === 1 ? "passes" : "pass";
  reportAt(state, statement.id, "criterion", "P4010", `${few} ${pass} no batch norm with a \`${read}\``, {
    label: `their units ${doing}`,
    notes: [`without one: ${list}`],
    help: `leave ${without.length === 1 ? "it" : "them"} out: \`except …\``,
  });
}

/** Roots of the units that are scored in each layer; a branch counts with the first of its layers. */
function unitsOfLayers(
  statement: StepIr | RuleIr,
  structure: StructureName,
  layers: readonly number[],
  network: Network,
): ReadonlyMap<number, readonly number[]> {
  if (!isChannelwise(structure)) {
    return new Map(branchesOf(network, layers).map(({ roots, layers: [first = -1] }) => [first, roots]));
  }
  const found = new Map<number, number[]>();
  const joins = statement.kind === "prune" ? statement.joins : "couple";
  for (const { unit, members } of candidateUnits(network, structure, layers, joins)) {
    for (const index of members) {
      const list = found.get(index);
      if (list === undefined) found.set(index, [unit.root]);
      else list.push(unit.root);
    }
  }
  return found;
}

/** Roots of the channels that pass a norm with such a weight. */
function rootsWith(name: (typeof norms)[number], network: Network): ReadonlySet<number> {
  const roots = new Set<number>();
  for (const { weights } of network.layers) {
    const ids = weights.find((weight) => weight.name === name)?.bindings[0]?.ids ?? [];
    for (const id of ids) roots.add(network.channels.find(id));
  }
  return roots;
}
