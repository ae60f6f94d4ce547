import { candidateUnits } from "../../../core/units/candidate-units.js";
import { layerClass, layerFamily } from "../../../core/network/layers/index.js";
import { unitsByProducer } from "../../../core/units/candidates.js";
import { isEverything } from "../../../core/units/select.js";
import { quote } from "../../../core/diagnostics/quote.js";
import { counted } from "../../../core/ir/words.js";
import { explainTie } from "../../../core/network/explain.js";
import type { Network, Unit } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { Selected } from "./check-selection.js";

/** A layer that a selection names but whose units do not stand alone, since a join ties them to a layer left out. */
export function checkJoins(selected: Selected): void {
  const { statement, selection, structure, layers, network } = selected;
  const joins = statement.kind === "prune" ? statement.joins : "couple";
  if (joins === "skip" || structure === "channels" || isEverything(selection)) return;
  const { units: candidates } = candidateUnits(network, structure, layers, joins);
  const free = new Set(candidates.map(({ root }) => root));
  const byProducer = unitsByProducer(network);
  for (const index of layers) {
    const units = byProducer.get(index) ?? [];
    if (units.length === 0 || units.some((unit) => free.has(unit.root))) continue;
    reportTie(index, units, selected);
    return;
  }
}

/**
 * Of the layers that a loop goes through one by one, those that are tied to others: their turn finds nothing. Nothing is said where
 * every turn does; that is told of the statement as a whole.
 */
export function checkTurns({ statement, structure, layers, network, state }: Selected): void {
  if (statement.kind !== "prune" || statement.joins === "skip" || structure === "channels") return;
  const byProducer = unitsByProducer(network);
  const making = layers.filter((index) => (byProducer.get(index) ?? []).length > 0);
  const tied = making.filter((index) => candidateUnits(network, structure, [index]).units.length === 0);
  if (tied.length === 0 || tied.length === making.length) return;
  const named = tied.flatMap((index) => network.layers[index] ?? []).map(({ path }) => quote(path));
  const shown = named.slice(0, MOST).join(", ");
  const more = named.length > MOST ? ` and ${counted(named.length - MOST, "more layers")}` : "";
  reportAt(state, statement.id, "selection", "P3062", `this takes nothing from ${shown}${more}`, {
    label: `a turn takes one layer, and the ${structure} of these are tied to others`,
    help: "prune all of them by one statement (`per layer` is how it counts anyway), or write `joins skip` and leave them out",
  });
}

/** Layers that are named. */
const MOST = 5;

/** What cannot be done to some units alone, and what can be written instead. */
function wording(
  { statement: { kind }, structure }: Selected,
  path: string,
): { readonly what: string; readonly or: string } {
  switch (kind) {
    case "freeze":
    case "learn":
    case "penalize": {
      const done = { freeze: "frozen", learn: "gated", penalize: "penalized" }[kind];
      const what = `${structure} of \`${path}\` cannot be ${done} on their own`;
      if (kind === "learn") return { what, or: "" };
      return { what, or: `, or its own weights: \`${kind} weights in ${path}\`` };
    }
    case "regrow":
    case "restore":
      return { what: `${structure} of \`${path}\` cannot come back on their own`, or: "" };
    default:
      return { what: `\`${path}\` cannot lose ${structure} on its own`, or: ", or write `joins skip`" };
  }
}

function reportTie(index: number, units: readonly Unit[], selected: Selected): void {
  const { statement, selection, layers, network, state } = selected;
  /** Layers left out that make the same channels. */
  const others = [...new Set(units.flatMap((unit) => unit.producers))].flatMap((other) => {
    const layer = network.layers[other];
    if (layer === undefined || layers.includes(other)) return [];
    return ["conv", "dense", "recurrent"].includes(layerFamily(layer)) ? [{ index: other, layer }] : [];
  });
  const paths = others.map(({ layer }) => layer.path);
  const path = network.layers[index]?.path ?? "";
  const [other] = others;
  const { what, or } = wording(selected, quoted(path));
  const join = other === undefined ? undefined : joinOf(units, index, other.index, network);
  const [these, those] =
    units.length === 1 ? ["this channel is", "that"] : [`these ${units.length} channels are`, "those"];
  const at = join === undefined ? "" : ` at \`${join.at}\``;
  reportAt(state, statement.id, "selection", "P4002", what, {
    label: `${these} ${join?.verb ?? "tied to"} ${those} of \`${paths[0] ?? "another layer"}\`${at}`,
    notes: paths.length > 1 ? [`tied with it: ${paths.map((one) => `\`${one}\``).join(", ")}`] : [],
    help: `${selection.in === undefined ? "leave out" : "select"} ${paths.length > 1 ? "all" : "both"} (\`${selection.in === undefined ? "except" : "in"} ${[path, ...paths].map(quoted).join(", ")}\`)${or}`,
  });
}

/** Layer names that are not plain names are quoted in a program. */
function quoted(path: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(path) ? path : JSON.stringify(path);
}

/** Where the channels of two layers meet, and what happens there. */
function joinOf(
  units: readonly Unit[],
  index: number,
  other: number,
  network: Network,
): { readonly at: string; readonly verb: string } | undefined {
  const { producer } = network.channels;
  for (const unit of units) {
    const mine = unit.channels.find((channel) => producer[channel] === index);
    const theirs = unit.channels.find((channel) => producer[channel] === other);
    if (mine === undefined || theirs === undefined) continue;
    const ties = explainTie(network, mine, theirs);
    const tie = ties?.find((one) => one.why === "join" || one.why === "product") ?? ties?.[0];
    if (tie === undefined) continue;
    const className = network.layers.find((layer) => layer.path === tie.at)?.className ?? "";
    const { combines } = layerClass(className);
    const verb = combines === "sum" ? "added to" : combines === "product" ? "multiplied with" : "tied to";
    return { at: tie.at, verb };
  }
  return undefined;
}
