import type { CompileResult } from "../../compile.js";
import { compensationCosts, type CompensationCost } from "./compensations.js";
import { gateCosts, type GateCost } from "./gates.js";
import { pullCosts, type PullCost } from "./pulls.js";
import { memoryCosts, type MemoryCost } from "./memory.js";
import { sharingCosts, type SharingCost } from "./sharings.js";
import { trainedNumbers, type TrainedNumbers } from "./trained.js";
import { teacherCosts, type TeacherCost } from "./teachers.js";
import { gradientPasses } from "./passes.js";
import { searchCosts, type SearchCost } from "./searches.js";
import { endsAt, trainsWith } from "./optimizers.js";
import {
  isNeed,
  momentsIn,
  namesIn,
  needsData,
  needsGradients,
  secondOrderIn,
  type Name,
} from "../../../core/expr/names.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import { isLookedInto, ownName, ownParts, readsOf } from "../../../core/expr/own.js";
import type { CriterionIr, ExprIr, ImportIr, PlannedEvent, StructureIr } from "../../../core/ir/types.js";
import { wholeTime } from "../../../core/latency/table.js";
import type { Merge, Network } from "../../../core/network/types.js";
import { scoringsOf, statements, type StatementIr } from "../../../core/ir/walk.js";
import { distinct } from "../../plan/lints/finding.js";
import { counted, structureName } from "../../plan/words.js";

/** What `check` tells beside diagnostics, as plain data. */
export interface CheckFacts {
  readonly network: {
    readonly name: string;
    readonly params: number;
    readonly macs: number;
    readonly units: number;
  } | null;
  readonly phases: readonly {
    readonly id: number;
    readonly pass: number;
    readonly text: string;
    readonly epochs: number;
    readonly stepsPerEpoch: number | null;
    /** What it trains with where its text does not say; null where it does. */
    readonly trainsWith: string | null;
  }[];
  readonly events: readonly (PlannedEvent & {
    readonly text: string;
    readonly does: string;
    /** What its counts are of: "filters", "weights"; null where it counts nothing. */
    readonly units: string | null;
  })[];
  /** Live units of every layer after the last event, by what is counted. */
  readonly layers: readonly (PlannedEvent["layers"][number] & { readonly units: string })[];
  readonly ties: readonly Tie[];
  readonly barriers: readonly { readonly layer: string; readonly reason: string }[];
  readonly criteria: readonly CriterionCost[];
  readonly learned: readonly GateCost[];
  readonly pulls: readonly PullCost[];
  readonly trained: readonly TrainedNumbers[];
  readonly compensations: readonly CompensationCost[];
  readonly sharings: readonly SharingCost[];
  readonly teachers: readonly TeacherCost[];
  /** What is held beside, statement by statement. */
  readonly memory: readonly MemoryCost[];
  readonly searches: readonly SearchCost[];
  /** What `latency` goes by: milliseconds of the network as loaded, where and for how many examples; unset where no times are at hand. */
  readonly latency?: { readonly ms: number; readonly on: string; readonly batch: number };
  /** What comes from JavaScript, which is not run here; `from` is null where the host gives it. */
  readonly javascript: readonly {
    readonly kind: ImportIr["kind"];
    readonly name: string;
    readonly from: string | null;
    /** Of scores and penalties: what they read, unset where nobody looked into them. */
    readonly reads?: readonly string[];
  }[];
  /** Statements whose moments only a run can tell, and why. */
  readonly unknown: readonly { readonly text: string; readonly reason: string }[];
  /** True when there are more events than are listed. */
  readonly cut: boolean;
}

export interface Tie {
  /** The layer that causes it. */
  readonly by: string;
  readonly why: Merge["why"];
  /** Layers whose channels become one. */
  readonly layers: readonly string[];
  readonly channels: number;
}

export interface CriterionCost {
  readonly name: string;
  readonly needs: readonly string[];
  /** "weights alone", "8 batches forward and backward at each event". */
  readonly cost: string;
}

export function checkFacts(compiled: CompileResult, network?: Network): CheckFacts {
  const { ir, plan, simulation, teachers, latencyTable: table } = compiled;
  const all = ir === null ? [] : distinct(statements(ir.body));
  const byId = new Map<number, StatementIr>(all.map((one) => [one.id, one]));
  const structures = new Map<number, StructureIr>();
  for (const one of all) {
    if ("structure" in one && one.structure !== undefined) structures.set(one.id, one.structure);
    if (one.kind === "quantize") structures.set(one.id, "weights");
    if (one.kind !== "prune" || one.regrow === undefined) continue;
    byId.set(one.regrow.id, one.regrow);
    structures.set(one.regrow.id, one.regrow.structure ?? one.structure);
  }
  const textOf = (id: number) => byId.get(id)?.text ?? "";
  const unitsOf = (id: number) => {
    const structure = structures.get(id);
    return structure === undefined ? null : structureName(structure);
  };
  const events = (plan?.events ?? eventsOf(simulation)).map((event) => ({
    ...event,
    text: textOf(event.id),
    does: doing(byId.get(event.id)),
    units: unitsOf(event.id),
  }));
  const rewound = all.some(rewindsRate);
  /** The rate at which the phase before ended. */
  let last: number | null | undefined;
  return {
    network: plan?.network ?? null,
    phases: (simulation?.phases ?? []).map(({ train, pass, times, stepsPerEpoch }) => {
      const before = last;
      last = endsAt(train, before, network);
      return {
        id: train.id,
        pass,
        text: train.text,
        epochs: times.epochs,
        stepsPerEpoch,
        trainsWith: trainsWith(train, { last: before, rewound }, network),
      };
    }),
    events,
    layers: lastLayers(events),
    ties: network === undefined ? [] : tiesOf(network),
    barriers: network?.barriers ?? [],
    criteria: criteriaOf(all, network),
    learned: gateCosts(all, network),
    pulls: pullCosts(all, network),
    trained: trainedNumbers(all),
    searches: simulation === null ? [] : searchCosts(simulation, network),
    compensations: compensationCosts(all, network),
    sharings: sharingCosts(all, events, network),
    teachers: teacherCosts(all, network, teachers),
    memory: memoryCosts(all, network),
    ...(table && { latency: { ms: wholeTime(table), on: table.on, batch: table.batch } }),
    javascript: (ir?.imports ?? []).map(({ kind, name, from = null }) => {
      const reads = ownReads(all, kind, name);
      return { kind, name, from, ...(reads.length > 0 && { reads }) };
    }),
    unknown: [...(simulation?.unknown ?? [])].map(([id, reason]) => ({ text: textOf(id), reason })),
    cut: simulation?.cut ?? false,
  };
}

/** Without a network only moments are known. */
function eventsOf(simulation: CompileResult["simulation"]): readonly PlannedEvent[] {
  return (simulation?.events ?? []).map((event) => ({
    id: event.statement.id,
    action: event.action,
    phase: event.phase,
    epoch: event.epoch,
    step: event.step,
    ...(event.doubtful === true && { doubtful: true as const }),
    nominal: null,
    reachable: null,
    dead: null,
    total: null,
    params: null,
    macs: null,
    nonzeroParams: null,
    nonzeroMacs: null,
    layers: [],
  }));
}

function doing(statement: StatementIr | undefined): string {
  if (statement === undefined) return "";
  if (statement.kind === "prune" || statement.kind === "restore") {
    return `${statement.kind} ${structureName(statement.structure)}`;
  }
  if (statement.kind === "mark") return `mark ${statement.name}`;
  return statement.kind === "evaluate" ? `evaluate on ${statement.on}` : statement.kind;
}

/** The last word on every layer. */
function lastLayers(events: CheckFacts["events"]): CheckFacts["layers"] {
  const last = new Map<string, Map<string, PlannedEvent["layers"][number]>>();
  for (const { units, layers } of events) {
    if (units === null) continue;
    const counts = last.get(units) ?? new Map<string, PlannedEvent["layers"][number]>();
    last.set(units, counts);
    for (const one of layers) counts.set(one.layer, one);
  }
  return [...last].flatMap(([units, counts]) => [...counts.values()].map((one) => ({ ...one, units })));
}

function tiesOf(network: Network): readonly Tie[] {
  const ties = new Map<number, { why: Merge["why"]; layers: Set<number>; channels: number }>();
  for (const { a, b, call, why } of network.channels.merges) {
    const tie = ties.get(call) ?? { why, layers: new Set(), channels: 0 };
    for (const channel of [a, b]) tie.layers.add(network.channels.producer[channel] ?? -1);
    tie.channels++;
    ties.set(call, tie);
  }
  return [...ties].map(([call, { why, layers, channels }]) => ({
    by: network.layers[network.calls[call]?.layer ?? -1]?.path ?? "",
    why,
    layers: [...layers].sort((x, y) => x - y).map((index) => network.layers[index]?.path ?? "the input"),
    channels,
  }));
}

const rewindsRate = (statement: StatementIr): boolean =>
  statement.kind === "rewind" && statement.what.includes("rate");

/** What a score or penalty in JavaScript reads, as far as statements say. */
const ownReads = (all: readonly StatementIr[], kind: ImportIr["kind"], name: string): readonly string[] =>
  all
    .flatMap(scoringsOf)
    .filter(({ penalty }) => kind === (penalty ? "penalty" : "criterion"))
    .flatMap(({ criterion }) => ownParts(criterion.expr))
    .filter((own) => ownName(own) === name)
    .flatMap((own) => readsOf(own))
    .filter((one, i, all) => all.indexOf(one) === i);

function criteriaOf(all: readonly StatementIr[], network: Network | undefined): readonly CriterionCost[] {
  const normed = network?.layers.some(({ className }) => className === "BatchNormalization") ?? false;
  const found = new Map<string, CriterionCost>();
  for (const statement of all)
    for (const { criterion, beside, at, penalty } of scoringsOf(statement)) {
      if (penalty === true && !readsGradients(criterion.expr)) continue;
      const read = namesIn(criterion.expr, ...beside);
      const needs = read.filter(isNeed);
      const known = [criterion.expr, ...beside].flatMap(ownParts).every(isLookedInto);
      const cost =
        penalty === true
          ? "its slope is a second derivative: two passes forward and backward more in every step, a third beside a teacher or a penalty over activations"
          : known
            ? costOf(criterion, read, at, normed)
            : "its JavaScript says, which is looked into with `--allow-js` alone";
      found.set(JSON.stringify([criterion.name, needs, cost]), { name: criterion.name, needs, cost });
    }
  return [...found.values()];
}

const readsGradients = (expr: ExprIr): boolean => namesIn(expr).some((name) => name === "g" || name === "g2");

function costOf(
  { under, over, probes, statistics }: CriterionIr,
  read: readonly Name[],
  at: "event" | "step",
  normed: boolean,
): string {
  const backward = needsGradients(read);
  if (!needsData(read, under)) {
    if (under === "synflow" && backward) {
      const times = gradientPasses(read, probes) ?? "several";
      return `no data: ${times === 1 ? "one pass" : `${times} passes`} forward and backward at each event`;
    }
    return read.every((name) => name === "random") ? "nothing" : "no data, no passes";
  }
  if (at === "step") return "on the batch of every step: no pass of its own";
  const passes = backward ? "forward and backward" : "forward";
  if (over === "training") return "accumulated on the training batches: no pass of its own";
  const batches = over === undefined ? 1 : (evaluate(over, new Map()) ?? null);
  const norms = normed
    ? `, batch norms by ${statistics === "batch" ? "the batch's" : "stored"} statistics`
    : "";
  const kept =
    momentsIn(read) === undefined
      ? ""
      : ", for each layer a matrix as wide as what an output reads is kept and solved";
  const second = secondOrderIn(read) === undefined ? "" : `, ${timesOver(read, probes)}`;
  return `${batches === null ? "several batches" : counted(batches, "batches")} ${passes} at each event${second}${kept}${norms}`;
}

function timesOver(read: readonly Name[], probes: CriterionIr["probes"]): string {
  const times = gradientPasses(read, probes);
  return times === null ? "several times over" : `${times} times over`;
}
