import { isEverything } from "../../core/units/select.js";
import { calledOf } from "../../core/ir/defaults.js";
import type { CallIr, CompensatingIr, PruneIr, RuleIr, SelectionIr, StepIr } from "../../core/ir/types.js";
import { amountAt, isChosen, valueAt, type Moment as When } from "./value.js";
import { prune, regrow, restore, standing } from "./events.js";
import { leastAndMost } from "./extremes.js";
import type { Event, EventMoment, Outcome } from "./outcome.js";
import type { AnyPool } from "./pools.js";
import type { Acting, DrawnEvent, Timeline } from "./timeline.js";
import type { Masks, Told, Trial } from "./trial.js";

export type Variables = ReadonlyMap<string, string>;

/** The moment of a phase at which a rule fires. */
export interface Firing {
  readonly index: number;
  readonly step: number | null;
  readonly epoch: number | null;
  /** True when no training follows in the whole program. */
  readonly ends: boolean;
}

function targetOf(rule: Extract<RuleIr | StepIr, { kind: "prune" | "regrow" | "restore" }>) {
  const { structure = rule.kind === "regrow" ? ("weights" as const) : ("units" as const) } = rule;
  return { structure, selection: rule, joins: rule.kind === "prune" ? rule.joins : ("couple" as const) };
}

export function poolsOf(
  rule: RuleIr | StepIr,
  variables: Variables,
  { world }: Timeline,
): readonly AnyPool[] {
  if (rule.kind !== "prune" && rule.kind !== "regrow" && rule.kind !== "restore") return [];
  return world.pools(targetOf(rule), variables);
}

/** One statement at one moment: carries it out, and notes the event unless it is one of those nobody can date. */
export function act(
  statement: StepIr | RuleIr,
  moment: When,
  variables: Variables,
  timeline: Timeline,
  firing: Firing | null,
  silently = false,
): void {
  const { trial, world } = timeline;
  const note = (one: Acting, details: Partial<DrawnEvent> = {}) => {
    if (silently) return;
    const { index = null, step = null, epoch = null } = firing ?? {};
    const open = isChosen(one, moment);
    if (open) trial.ledger.blur((details.pools ?? []).map(({ place }) => place));
    timeline.add({
      statement: one,
      action: one.kind,
      phase: index,
      step,
      epoch,
      amount: null,
      pools: [],
      outcome: null,
      ...details,
      ...(open && { amount: null, outcome: unsettled(details.outcome ?? null) }),
    });
  };
  const here: EventMoment = {
    key: 1,
    value: (value, kind) => valueAt(value, moment, kind) ?? NaN,
    names: moment.names,
    trainingFollows: firing?.ends !== true,
  };
  switch (statement.kind) {
    case "prune":
    case "regrow":
    case "restore": {
      const target = targetOf(statement);
      const pools = world.pools(target, variables);
      const amount = statement.kind === "prune" ? amountAt(statement, moment) : null;
      if (statement.kind === "prune" && statement.manner === "softly") timeline.soft.died(statement);
      if (timeline.gone || pools.length === 0) {
        // Where a branch went, units may be free that were tied to layers outside.
        const outcome = timeline.gone || trial.hasLostBranches ? null : nothing;
        const back = statement.kind === "prune" && here.trainingFollows ? statement.regrow : undefined;
        note(statement, { pools, amount, outcome, ...(firing?.ends === true && { last: true }) });
        if (back !== undefined) note(back, { pools, outcome });
        return;
      }
      const event: Event = { pools, paths: world.paths(target, variables), moment: here, amount };
      if (statement.kind === "regrow")
        return note(statement, { pools, outcome: regrow(trial, statement, event) });
      if (statement.kind === "restore")
        return note(statement, { pools, outcome: restore(trial, statement, event) });
      return pruneAt(statement, event, timeline, note, firing);
    }
    case "load":
      timeline.change();
      if (statement.what === "masks") timeline.cannotTell(statement.id, "the masks are read when it runs");
      return loaded(statement.what, statement, timeline);
    case "harden": {
      timeline.soft.end(statement.id);
      return timeline.gone ? undefined : trial.harden(selected(statement));
    }
    case "require":
      if (!timeline.doubted && world.network !== null && timeline.requirements.length < 1000)
        timeline.requirements.push({ statement, ...leastAndMost(trial) });
      return;
    case "mark":
      note(statement);
      return timeline.remember(`mark ${statement.name}`);
    case "rewind": {
      timeline.change();
      timeline.rewinds.rewound(statement);
      const earlier = timeline.recall(rewindName(statement.to));
      if (timeline.gone) return note(statement);
      const zeros = mayBringZeros(earlier, statement.what.includes("weights"), timeline);
      const late = statement.what.includes("masks") && trial.rewind(earlier);
      trial.blank ||= zeros || statement.what.includes("masks");
      return note(statement, { late });
    }
    case "slim": {
      timeline.soft.end(statement.id);
      const stuck = timeline.gone ? undefined : trial.slim(statement.keepsTaps);
      return note(statement, stuck && { stuck });
    }
    case "quantize": {
      const target = { structure: "weights", selection: statement, joins: "couple" } as const;
      const pools = world.pools(target, variables);
      timeline.change();
      return note(statement, { pools, outcome: timeline.gone ? null : standing(trial, pools) });
    }
    case "shuffle":
    case "invert": {
      const target = {
        structure: "units" as const,
        selection: statement,
        joins: "couple" as const,
      };
      if (timeline.gone) return;
      const paths = world.paths(target, variables);
      return trial.rearrange(statement.kind, paths, selected(statement));
    }
    case "reinitialize":
      timeline.change();
      trial.blank ||= statement.by !== undefined && mayBeZero(statement.by);
      return;
    case "call":
      // It may set weights to anything, but masks hold.
      timeline.change();
      trial.blank = true;
      return;
    case "evaluate":
      return note(statement);
    // What changes neither masks nor weights here: phases and loops are walked by who calls this, along-rules with their phases.
    case "train":
    case "repeat":
    case "for-each":
    case "search":
    case "penalize":
    case "learn":
    case "freeze":
    case "update":
    case "pull":
    case "save":
    case "recalibrate":
      return;
    default:
      statement satisfies never;
  }
}

/** The numbers of what a search decides, none of which is the same in every run. */
function unsettled(outcome: Outcome | null): Outcome | null {
  if (outcome === null) return null;
  const open = <T extends Told | null>(one: T): T => (one === null ? one : { ...one, sure: false });
  const { nominal, changed, dead, pools } = outcome;
  return {
    ...outcome,
    nominal: open(nominal),
    changed: open(changed),
    dead: open(dead),
    pools: pools.map(open),
  };
}

/** What a statement does that finds no units. */
const none = { value: 0, sure: true };
const nothing: Outcome = { nominal: none, changed: none, dead: none, pools: [] };

function pruneAt(
  statement: PruneIr,
  event: Event,
  timeline: Timeline,
  note: (one: Acting, details?: Partial<DrawnEvent>) => void,
  firing: Firing | null,
): void {
  const { pools, amount } = event;
  const { drop, back } = prune(timeline.trial, statement, event);
  if (statement.compensating !== undefined) refitted(statement.compensating, timeline.trial);
  const last = firing?.ends === true && statement.regrow !== undefined;
  timeline.trial.noteStuck(statement.manner, drop.stuck);
  const why = drop.stuck && { stuck: drop.stuck };
  note(statement, { pools, amount, outcome: drop, ...(last && { last }), ...why });
  if (statement.regrow !== undefined && back !== null) note(statement.regrow, { pools, outcome: back });
}

/** Nobody knows the weights of re-fitted layers any more, and those that JavaScript gives may be zeros. */
function refitted(compensating: CompensatingIr, trial: Trial): void {
  trial.weights = null;
  trial.blank ||= "own" in compensating || trial.idle.size > 0;
}

/** Whether weights that were zero at an earlier moment may live now. */
function mayBringZeros(earlier: Masks | undefined, weights: boolean, { trial }: Timeline): boolean {
  if (!weights || earlier === undefined) return false;
  const { channels } = trial.state;
  return (
    earlier.channels.some((code, i) => code !== 0 && channels[i] === 0) ||
    [...earlier.elements.gone()].length > 0
  );
}

/** Whether an initializer gives zeros. */
function mayBeZero(by: CallIr): boolean {
  const { name, args } = calledOf(by);
  return name === "zeros" || Object.values(args).includes(0);
}

/** Masks that nobody knows yet: in each draw another share of these layers is dead. Weights that nobody knows may be zero. */
function loaded(what: "masks" | "weights", selection: SelectionIr, timeline: Timeline): void {
  const { trial, world } = timeline;
  trial.blank = true;
  if (what === "weights" || timeline.gone) return;
  timeline.unsure = true;
  for (const structure of ["units", "weights"] as const) {
    const pools = world.pools({ structure, selection, joins: "couple" }, new Map());
    if (world.network !== null && pools.length > 0) {
      const amount = { kind: "drop", value: trial.share() } as const;
      const statement = { ...selection, ...anyPrune, structure, drop: amount.value };
      const paths = world.paths({ structure, selection, joins: "couple" }, new Map());
      prune(trial, statement, {
        pools,
        paths,
        amount,
        moment: { key: 1, value: () => trial.share(), names: new Map(), trainingFollows: true },
      });
    }
    trial.ledger.blur(pools.map(({ place }) => place));
  }
  trial.elements.doubtTaps();
}

const anyPrune: PruneIr = {
  kind: "prune",
  id: 0,
  text: "",
  structure: "units",
  by: { name: "random", expr: "random" },
  members: "sum",
  scope: "local",
  drop: 0,
  manner: "held",
  joins: "couple",
  keeping: 1,
  collapse: false,
  aligned: 1,
};

/** Paths of the layers that are named; undefined for all. */
function selected(selection: SelectionIr): ReadonlySet<string> | undefined {
  const { layers } = selection;
  return isEverything(selection) || layers === undefined ? undefined : new Set(layers);
}

function rewindName(to: Extract<StepIr, { readonly kind: "rewind" }>["to"]): string {
  if (typeof to === "string") return "start";
  return "mark" in to ? `mark ${to.mark}` : `${to.phase} ${JSON.stringify(to.point)}`;
}
