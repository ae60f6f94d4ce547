import { candidateUnits } from "../../../core/units/candidate-units.js";
import { layerClass, layerFamily } from "../../../core/network/layers/index.js";
import { unitsByProducer, type StructureName } from "../../../core/units/candidates.js";
import { matchingLayers } from "../../../core/units/select.js";
import type { RuleIr, SelectionIr, StepIr } from "../../../core/ir/types.js";
import { explainTie } from "../../../core/network/explain.js";
import type { Network, Unit } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { FrontState } from "../state.js";

/** A layer that a selection names but whose units do not stand alone, since a join ties them to a layer left out. */
export function checkJoins(
  statement: StepIr | RuleIr,
  structure: StructureName,
  selection: SelectionIr,
  layers: readonly number[],
  network: Network,
  state: FrontState,
): void {
  const joins = statement.kind === "prune" ? statement.joins : "couple";
  if (joins === "skip" || structure === "channels") return;
  const named = new Set(selection.include.flatMap((pattern) => matchingLayers(network, pattern)));
  if (named.size === 0) return;
  const selected = new Set(layers);
  const candidates = candidateUnits(network, structure, layers, joins);
  const free = new Set(candidates.map((candidate) => candidate.unit.root));
  const byProducer = unitsByProducer(network);
  for (const index of layers) {
    const units = byProducer.get(index) ?? [];
    if (units.length === 0 || units.some((unit) => free.has(unit.root))) continue;
    const [unit] = units;
    if (unit === undefined) continue;
    const others = [...new Set(units.flatMap((one) => one.producers))].filter(
      (other) => !selected.has(other) && isMaker(network, other),
    );
    reportTie({ statement, structure, index, units, others }, network, state);
    return;
  }
}

function isMaker(network: Network, index: number): boolean {
  const layer = network.layers[index];
  return layer !== undefined && ["conv", "dense", "recurrent"].includes(layerFamily(layer));
}

interface Tied {
  readonly statement: StepIr | RuleIr;
  readonly structure: StructureName;
  readonly index: number;
  readonly units: readonly Unit[];
  /** Layers left out that make the same channels. */
  readonly others: readonly number[];
}

/** What cannot be done to some units alone, and what can be written instead. */
function wording(
  { statement, structure }: Tied,
  path: string,
): { readonly what: string; readonly or: string } {
  const weights = (verb: string) => `, or its own weights: \`${verb} weights in ${path}\``;
  switch (statement.kind) {
    case "freeze":
      return { what: `${structure} of \`${path}\` cannot be frozen on their own`, or: weights("freeze") };
    case "penalize":
      return {
        what: `${structure} of \`${path}\` cannot be penalized on their own`,
        or: weights("penalize"),
      };
    case "regrow":
    case "restore":
      return { what: `${structure} of \`${path}\` cannot come back on their own`, or: "" };
    default:
      return { what: `\`${path}\` cannot lose ${structure} on its own`, or: ", or write `joins skip`" };
  }
}

function reportTie(tied: Tied, network: Network, state: FrontState): void {
  const { statement, index, units, others } = tied;
  const path = network.layers[index]?.path ?? "";
  const [other] = others;
  const otherPath = network.layers[other ?? -1]?.path ?? "another layer";
  const { what, or } = wording(tied, quoted(path));
  const join = other === undefined ? undefined : joinOf(units, index, other, network);
  const places = others.map((one) => `\`${network.layers[one]?.path ?? ""}\``);
  const names = [path, ...others.map((one) => network.layers[one]?.path ?? "")].map(quoted).join(", ");
  reportAt(state, statement.id, "selection", "P4002", what, {
    label: `${units.length === 1 ? "this channel is" : `these ${units.length} channels are`} ${join?.verb ?? "tied to"} ${units.length === 1 ? "that" : "those"} of \`${otherPath}\`${join === undefined ? "" : ` at \`${join.at}\``}`,
    notes: others.length > 1 ? [`tied with it: ${places.join(", ")}`] : [],
    help: `select ${others.length > 1 ? "all" : "both"} (\`in ${names}\`)${or}`,
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
