import type { Code } from "../diagnostics/table.js";
import type { ExprIr } from "../ir/clauses.js";
import { qualityNames } from "../ir/qualities.js";
import { measureNames, type MeasureName } from "../ir/sizes.js";
import type { StructureName } from "../ir/structure.js";
import { isChannelwise } from "../units/candidates.js";
import { argumentsOf } from "./operators.js";
import { sources, type Source } from "./sources.js";

/** What a score, a penalty or a threshold may read of the units. */
export type Name =
  | "w"
  | "w0"
  | "dw"
  | "g"
  | "g2"
  | "h"
  | "hg"
  | "hw"
  | "hinv"
  | "a"
  | "ga"
  | "x"
  | "m"
  | "gamma"
  | "beta"
  | "gate"
  | "alpha"
  | "random"
  | "size"
  | "fan-in"
  | "alive"
  | "distance"
  | "tail"
  | "greedy-order"
  | "lasso-path"
  | "rank"
  | "snr";

/** Where an expression is worked out: */
export type Place =
  /** by an event of `prune`, `regrow` or `restore`, its threshold and its allocation included: it may run batches of its own; */
  | "event"
  /** over all steps of the training before an event (`over training`), on the batch of each; */
  | "training"
  /** in every step, to choose among the units (`update only`, `among`), on the batch at hand. */
  | "step";

/** What of the network a penalty pulls on. */
export type Pulled = "weights" | "norms" | "activations";

/** Why a name cannot stand somewhere. */
interface Refusal {
  readonly code: Code;
  readonly message: (name: Name) => string;
  readonly help?: string;
}

interface NameRow {
  /** A number for every weight of a unit, for every place of its activation, or for the unit. */
  readonly type: "element" | "activation" | "unit";
  /** What knowing it takes beside the weights: nothing, a pass forward, one that keeps second moments of what layers read, one backward, or several of them. */
  readonly cost: "nothing" | "forward" | "moments" | "backward" | "second order";
  /** Where it has a value. */
  readonly at: Readonly<Record<Place, boolean>>;
  /** The structures it has a value for: any, those of whole units, or those of whole units scored where they are made. */
  readonly of: "any" | "units" | "made units";
  /** Whether all members of a coupled unit have the same, so that adding them up would count it once for every layer. */
  readonly shared: boolean;
  /** In a penalty: what it belongs to and whether it has a slope; or why it cannot stand there. */
  readonly penalty: { readonly of: Pulled; readonly slope: boolean } | Refusal;
  /** Why programs may not use it yet. */
  readonly refusal: Refusal | null;
  /** The constant of emitted loops that stands for it; null where no loop may read it. */
  readonly constant: string | null;
  /** Whether `check` lists it among the tensors that a score reads. */
  readonly tensor: boolean;
  /** Where the engine takes its value from. */
  readonly value: Source;
}

const unreadable: Refusal = {
  code: "P2043",
  message: (name) => `no step of training knows \`${name}\``,
  help: "read weights, batch-norm scales, activations or inputs: `by group-lasso`, `by mean(abs(a))`",
};
const everywhere = { event: true, training: true, step: true } as const;
const atEvents = { event: true, training: false, step: false } as const;

const ofWeights = {
  type: "element",
  cost: "nothing",
  at: everywhere,
  of: "any",
  shared: false,
  refusal: null,
  tensor: true,
} as const;
const ofGradients = { ...ofWeights, cost: "backward", penalty: { of: "weights", slope: true } } as const;
const ofHessian = { ...ofGradients, cost: "second order", at: atEvents, penalty: unreadable } as const;
const ofMoments = { ...ofWeights, cost: "moments", at: atEvents, penalty: unreadable } as const;
const ofNorms = {
  ...ofWeights,
  value: sources.gathered,
  type: "unit",
  of: "units",
  shared: true,
  penalty: { of: "norms", slope: true },
} as const;
const ofReaders = {
  ...ofMoments,
  type: "unit",
  of: "units",
  shared: true,
  tensor: false,
  value: sources.gathered,
} as const;
const ofActivations = {
  ...ofWeights,
  type: "activation",
  value: sources.gathered,
  cost: "forward",
  penalty: unreadable,
} as const;
const ofUnits = { ...ofWeights, type: "unit", penalty: { of: "weights", slope: false } } as const;
const ofMasks = {
  ...ofUnits,
  at: atEvents,
  shared: true,
  penalty: { of: "weights", slope: true },
} as const;

/** One row says all that is known of a name. */
export const names = {
  w: { ...ofWeights, penalty: { of: "weights", slope: true }, constant: "w", value: sources.weights },
  w0: { ...ofWeights, penalty: { of: "weights", slope: false }, constant: "w0", value: sources.atStart },
  dw: { ...ofWeights, penalty: { of: "weights", slope: true }, constant: "dw", value: sources.change },
  g: { ...ofGradients, constant: "g", value: sources.gradient },
  g2: { ...ofGradients, constant: "g2", value: sources.squares },
  h: { ...ofHessian, constant: "h", value: sources.curvature },
  hg: { ...ofHessian, constant: "hg", value: sources.curvatureAlong },
  hw: { ...ofHessian, constant: "hw", value: sources.curvatureOfWeights },
  hinv: { ...ofMoments, constant: "hinv", value: sources.inverse },
  a: { ...ofActivations, of: "units", penalty: { of: "activations", slope: true }, constant: "a" },
  ga: { ...ofActivations, cost: "backward", of: "made units", constant: "ga" },
  x: { ...ofActivations, penalty: { of: "activations", slope: true }, constant: "x" },
  m: { ...ofWeights, penalty: { of: "weights", slope: false }, constant: "m", value: sources.momentum },
  gamma: { ...ofNorms, constant: "gamma" },
  beta: { ...ofNorms, constant: "beta" },
  gate: { ...ofMasks, constant: "gate", value: sources.gate },
  alpha: { ...ofMasks, constant: "alpha", value: sources.alpha },
  random: { ...ofUnits, shared: true, constant: "random", value: sources.draw },
  size: { ...ofUnits, constant: "size", tensor: false, value: sources.size },
  "fan-in": { ...ofUnits, constant: "fanIn", tensor: false, value: sources.fanIn },
  alive: { ...ofUnits, constant: "alive", value: sources.alive, tensor: false },
  distance: { ...ofUnits, of: "units", constant: "distance", tensor: false, value: sources.distance },
  tail: { ...ofUnits, constant: "tail", tensor: false, value: sources.tail },
  "greedy-order": { ...ofReaders, constant: "greedyOrder" },
  "lasso-path": { ...ofReaders, constant: "lassoPath" },
  rank: {
    ...ofActivations,
    type: "unit",
    at: atEvents,
    of: "made units",
    constant: "rank",
    tensor: false,
  },
  snr: { ...ofMasks, constant: "snr", tensor: false, value: sources.snr },
} as const satisfies Record<Name, NameRow>;

const rows: Readonly<Record<Name, NameRow>> = names;

export const isName = (text: string): text is Name => Object.hasOwn(names, text);
export const nameRow = (name: Name): NameRow => rows[name];
export const allNames: readonly Name[] = Object.keys(names).filter(isName);

/** The tensors that a criterion lists, in the order of the table. */
export type Need = { [N in Name]: (typeof names)[N]["tensor"] extends true ? N : never }[Name];
export const isNeed = (name: Name): name is Need => rows[name].tensor;

/** Every name that an expression mentions, of units or of anything else. */
export function mentionedIn(expr: ExprIr): ReadonlySet<string> {
  const found = new Set<string>();
  const collect = (part: ExprIr): void => {
    if (typeof part === "string") found.add(part);
    else if (typeof part !== "number" && part[0] !== "string") argumentsOf(part).forEach(collect);
  };
  collect(expr);
  return found;
}

/** The names of units that expressions read, each once, in the order of the table. */
export function namesIn(...exprs: readonly ExprIr[]): readonly Name[] {
  const mentioned = new Set(exprs.flatMap((expr) => [...mentionedIn(expr)]));
  return allNames.filter((name) => mentioned.has(name));
}

/** The tensors that an expression reads. */
export const needsOf = (expr: ExprIr): readonly Need[] => namesIn(expr).filter(isNeed);

/** Whether knowing these takes passes over data (the data-free objective `synflow` never does). */
export function needsData(read: readonly Name[], under: unknown): boolean {
  return under !== "synflow" && read.some((name) => rows[name].cost !== "nothing");
}

/** The name among these that takes differences of gradients, where there is one. */
export const secondOrderIn = (read: readonly Name[]): Name | undefined =>
  read.find((name) => rows[name].cost === "second order");
/** The name among these that takes second moments of what layers read, where there is one. */
export const momentsIn = (read: readonly Name[]): Name | undefined =>
  read.find((name) => rows[name].cost === "moments");
/** Whether the diagonal of the Hessian is estimated for these. */
export const readsDiagonal = (read: readonly Name[]): boolean => read.includes("h");

/** Whether knowing these takes gradients, of weights or of activations. */
export function needsGradients(read: readonly Name[]): boolean {
  return read.some((name) => rows[name].cost === "backward" || rows[name].cost === "second order");
}

/**
 * How the scores of members make that of their unit where nothing is written: they add up, but what is the same for all of them
 * is taken once, since adding would favour units of many layers.
 */
export function usualMembers(expr: ExprIr, structure: StructureName): "sum" | "mean" {
  const read = isChannelwise(structure) ? namesIn(expr) : [];
  return read.length > 0 && read.every((name) => rows[name].shared) ? "mean" : "sum";
}

const doings: Readonly<Record<Place, string>> = {
  event: "at an event",
  training: "over training",
  step: "in every step of training",
};

/** Why expressions cannot be worked out at a place: a name among them has no value there. */
export function withoutValue(
  exprs: readonly ExprIr[],
  place: Place,
): { readonly message: string; readonly help: string } | undefined {
  const name = namesIn(...exprs).find((one) => !rows[one].at[place]);
  if (name === undefined) return undefined;
  const passes = rows[name].cost !== "nothing" && rows[name].at.event;
  return {
    message: `\`${name}\` has no value ${doings[place]}`,
    help: passes
      ? "it takes passes of its own, which only events run: write `over N batches` there"
      : "read weights, gradients or activations: `by abs(w * g)`",
  };
}

/** Measures of the network that `until` and `require` compare; `start.` before a size is the network as loaded. */
export const measures = {
  accuracy: "share",
  "top5-accuracy": "share",
  loss: "number",
  ...(Object.fromEntries(measureNames.map((name) => [name, "size"])) as Record<
    Exclude<MeasureName, "latency">,
    "size"
  >),
  latency: "time",
} as const;

/** Earlier moments that a condition compares with, in words, and the measures known of each: `dense.accuracy`. */
export const baselines = {
  start: { is: "the network as loaded", has: [...qualityNames, "macs", "params", "bytes", "latency"] },
  dense: { is: "the network just before its first cut", has: qualityNames },
  best: { is: "the best measured so far", has: qualityNames },
} as const;

/** Facts of a layer that `where` asks for. */
export const layerFacts = {
  kind: "text",
  name: "text",
  params: "number",
  macs: "number",
  units: "number",
  trainable: "boolean",
} as const;
