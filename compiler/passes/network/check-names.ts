import { branchesOf } from "../../../core/units/branches.js";
import { candidateUnits } from "../../../core/units/candidate-units.js";
import { isChannelwise } from "../../../core/units/candidates.js";
import { counted } from "../../../core/ir/words.js";
import { readIn } from "../../../core/ir/walk.js";
import { layerFamily } from "../../../core/network/layers/index.js";
import type { Network } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { Selected } from "./check-selection.js";

/** Scores and penalties whose names mean nothing, or too little, in the layers that they are for. */

const norms = ["gamma", "beta"] as const;
/** Layers that a note names; more are counted. */
const named = 6;

/** Scores and penalties of batch-norm scales and shifts in layers whose channels pass none: they are the same for every unit. */
export function checkNorms(selected: Selected): void {
  const { statement, network, state } = selected;
  const read = norms.find((name) => readIn(statement).includes(name));
  if (read === undefined) return;
  const scored = unitsOfLayers(selected);
  const normed = rootsWith(read, network);
  const without = [...scored].filter(([, roots]) => !roots.some((root) => normed.has(root)));
  if (without.length === 0) return;
  const paths = without.map(([index]) => `\`${network.layers[index]?.path ?? ""}\``);
  const more = paths.length > named ? [`${paths.length - named} more`] : [];
  const list = [...paths.slice(0, named), ...more].join(", ");
  if (without.length === scored.size) {
    const none = scored.size === 1 ? "the selected layer passes no" : "none of the selected layers passes a";
    reportAt(state, statement.id, "criterion", "P4009", `${none} batch norm with a \`${read}\``, {
      notes: [`selected: ${list}`],
      help: "score by something that every layer has: `by l1`",
    });
    return;
  }
  const few = counted(without.length, "selected layers");
  const pass = without.length === 1 ? "passes" : "pass";
  reportAt(state, statement.id, "criterion", "P4010", `${few} ${pass} no batch norm with a \`${read}\``, {
    label: `their units ${statement.kind === "penalize" ? "are not penalized" : "score alike"}`,
    notes: [`without one: ${list}`],
    help: `leave ${without.length === 1 ? "it" : "them"} out: \`except …\``,
  });
}

/** Scores that meet weights with what they read, in layers that read their own states: those are seen by nobody outside. */
export function checkInputs({ statement, structure, layers, network, state }: Selected): void {
  if (structure === "channels" || !readIn(statement).includes("x")) return;
  const recurrent = layers.flatMap((index) => {
    const layer = network.layers[index];
    return layer !== undefined && layerFamily(layer) === "recurrent" ? [layer.path] : [];
  });
  const [path] = recurrent;
  if (path === undefined) return;
  reportAt(state, statement.id, "criterion", "P4011", `what \`${path}\` reads is not known as a whole`, {
    label: "`x` is the input of a layer, and this one reads its own states besides",
    help: `leave recurrent layers out (\`except ${recurrent.join(", ")}\`), or score by \`w\`, \`g\` or \`a\``,
  });
}

/** Roots of the units that are scored in each layer; a branch counts with the first of its layers. */
function unitsOfLayers(selected: Selected): ReadonlyMap<number, readonly number[]> {
  const { statement, structure, layers, network } = selected;
  if (!isChannelwise(structure)) {
    return new Map(branchesOf(network, layers).map(({ roots, layers: [first = -1] }) => [first, roots]));
  }
  const found = new Map<number, number[]>();
  const joins = statement.kind === "prune" ? statement.joins : "couple";
  const { units, members } = candidateUnits(network, structure, layers, joins);
  units.forEach(({ root }, i) => {
    for (const index of members[i] ?? []) {
      const roots = found.get(index) ?? [];
      roots.push(root);
      found.set(index, roots);
    }
  });
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
