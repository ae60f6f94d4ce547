import { shareOf } from "../../core/schedule/amounts.js";
import { momentOf, phaseSteps, phaseTimes } from "../../core/schedule/schedule.js";
import type { PruneIr, RuleIr, SelectionIr, StepIr, TrainIr } from "../../core/ir/types.js";
import { firingsIn } from "./firings.js";
import { amountAt, numberAt, pointAt, valueAt, type Moment as When } from "./value.js";
import {
  highestTarget,
  prune,
  regrow,
  restore,
  type Event,
  type EventMoment,
  type Outcome,
} from "./events.js";
import { leastAndMost } from "./extremes.js";
import type { AnyPool } from "./pools.js";
import type { Acting, DrawnEvent, Timeline } from "./timeline.js";
import type { Masks } from "./trial.js";

type Variables = ReadonlyMap<string, string>;

/** The moment of a phase at which a rule fires. */
interface Firing {
  readonly index: number;
  readonly step: number | null;
  readonly epoch: number | null;
  /** True when no training follows in the whole program. */
  readonly ends: boolean;
}

/** Follows a program through its timeline: every event in order, at the moments of a run. */
export function simulate(body: readonly StepIr[], timeline: Timeline): void {
  steps(body, { names: new Map() }, new Map(), timeline, lastTraining(body));
}

function steps(
  body: readonly StepIr[],
  moment: When,
  variables: Variables,
  timeline: Timeline,
  last: StepIr | null,
): void {
  for (const step of body) {
    if (timeline.full) return;
    timeline.follow();
    switch (step.kind) {
      case "train":
        phase(step, moment, variables, timeline, step === last && moment.more !== true);
        break;
      case "repeat": {
        const times = Math.max(0, Math.round(numberAt(step.times, moment) ?? 1));
        timeline.enter();
        for (let i = 1; i <= times && !timeline.full; i++) {
          timeline.follow();
          const names = step.as === undefined ? moment.names : new Map([...moment.names, [step.as, i]]);
          const more = moment.more === true || i < times;
          steps(step.body, { names, pass: { i, times }, more }, variables, timeline, last);
          if (step.until !== undefined && i < times) timeline.mayLeave();
        }
        timeline.leave();
        break;
      }
      case "for-each": {
        const layers = timeline.world.layers(step.selection);
        const known = layers ?? ["*"];
        known.forEach((layer, i) => {
          const inner = layers === null ? variables : new Map([...variables, [step.as, layer]]);
          const more = moment.more === true || i < known.length - 1;
          if (!timeline.full) steps(step.body, { ...moment, more }, inner, timeline, last);
        });
        break;
      }
      default:
        act(step, moment, variables, timeline, null);
    }
  }
}

/** The training after which none can come: the last one of the program, loops entered. */
function lastTraining(body: readonly StepIr[]): StepIr | null {
  for (const step of [...body].reverse()) {
    if (step.kind === "train") return step;
    if (step.kind === "repeat" || step.kind === "for-each") {
      const inner = lastTraining(step.body);
      if (inner !== null) return inner;
    }
  }
  return null;
}

/** Steps that stand for an epoch where the number of examples is unknown: divisible by what people write. */
const finest = 5040;

/** One phase: its rules' events in order of time, those of one moment as written. */
function phase(
  train: TrainIr,
  moment: When,
  variables: Variables,
  timeline: Timeline,
  isLast: boolean,
): void {
  const { examples, batch: given } = timeline.data;
  const usual = (train.finetune ? timeline.batch : null) ?? given;
  const batch = train.batch === undefined ? usual : (numberAt(train.batch, moment) ?? usual);
  timeline.batch = batch;
  const known = examples === undefined ? null : Math.max(1, Math.ceil(examples / Math.max(1, batch)));
  const length = { unit: train.length.unit, value: numberAt(train.length.value, moment) ?? 0 };
  // Without examples a phase counts either in epochs or in steps, as its length does.
  const stepsPerEpoch = known ?? (length.unit === "epochs" ? finest : 1);
  const times = phaseTimes(length, stepsPerEpoch);
  const index = timeline.startPhase({ train, times, stepsPerEpoch: known });
  const total = phaseSteps(times);
  const { firings, doubtful } = firingsIn(train.rules, moment, times, known, timeline);
  const snapshots = train.snapshots
    .flatMap((point) => pointAt(point, moment.names) ?? [])
    .map((point) => ({ step: momentOf(point, times), name: momentName(train.id, JSON.stringify(point)) }))
    .sort((a, b) => a.step - b.step);
  const keep = (step: number) => {
    while (snapshots[0] !== undefined && snapshots[0].step < step)
      timeline.remember(snapshots.shift()?.name ?? "");
  };
  const nowhere: Firing = { index, step: null, epoch: null, ends: false };
  let now = 0;
  /** Goes on to a step; on the way `until` may end the phase at the end of an epoch, once its rules have acted. */
  const goOn = (step: number) => {
    const open = doubtful.filter(({ until }) => now < until).map(({ rule }) => rule);
    const somewhere = {
      ...moment,
      phase: {
        times,
        step: now + Math.floor((step - now) * timeline.trial.dice.uniform()),
        window: undefined,
      },
    };
    mayAct(open, somewhere, variables, timeline, nowhere);
    const epochEnd = Math.floor((step - 1) / stepsPerEpoch) * stepsPerEpoch;
    const leaves = train.until !== undefined && epochEnd >= Math.max(1, now);
    if (leaves) timeline.mayLeave();
    if (step > now) {
      timeline.train();
      mayAct(open, somewhere, variables, timeline, nowhere);
    }
    if (leaves && epochEnd > now) timeline.mayLeave();
    keep(step);
    now = step;
  };
  timeline.enter();
  for (const { rule, step, window } of firings) {
    if (timeline.full) break;
    goOn(step);
    act(rule, { ...moment, phase: { times, step, window } }, variables, timeline, {
      index,
      step: known === null && length.unit === "epochs" ? null : step,
      epoch: known === null && length.unit === "steps" ? null : step / stepsPerEpoch,
      ends: isLast && step >= total,
    });
  }
  if (!timeline.full) goOn(total);
  for (const { rule, until } of doubtful)
    if (!timeline.full && (until === Infinity || !firings.some((one) => one.rule === rule)))
      listDoubtful(rule, variables, timeline, nowhere);
  timeline.leave();
  keep(Infinity);
}

/** The name under which the masks of a moment of a phase are remembered. */
const momentName = (phase: number, point: string): string => `${phase} ${point}`;

/** Rules whose moments are unknown: in each draw they act some times, or not at all. */
function mayAct(
  rules: readonly RuleIr[],
  moment: When,
  variables: Variables,
  timeline: Timeline,
  firing: Firing,
): void {
  const { trial } = timeline;
  for (const rule of rules) {
    const times = [0, 0, 1, 1, 2, 3, 12, 40][Math.floor(trial.dice.uniform() * 8)] ?? 0;
    for (let i = 0; i < times && !timeline.full; i++) act(rule, moment, variables, timeline, firing, true);
    if (rule.kind === "prune" || rule.kind === "regrow" || rule.kind === "restore" || rule.kind === "slim") {
      timeline.unsure = true;
      const pools = poolsOf(rule, variables, timeline);
      for (const pool of pools) trial.deadOf(pool);
      const highest = rule.kind === "prune" ? highestTarget(rule, moment.names) : null;
      if (highest !== null)
        trial.ledger.rise(
          pools,
          rule.id,
          pools.map((pool) => Math.max(trial.deadOf(pool), shareOf(highest, pool.total))),
        );
      else trial.ledger.blur(pools.map(({ place }) => place));
    }
    if (rule.kind === "slim" && (trial.blank || !trial.elements.gone().next().done)) trial.blurChannels();
  }
}

/** A rule that acts at moments which only a run knows has one line in the plan: what is dead in the end. */
function listDoubtful(rule: RuleIr, variables: Variables, timeline: Timeline, { index }: Firing): void {
  if (rule.kind === "penalize" || rule.kind === "freeze" || rule.kind === "update") return;
  const pools =
    rule.kind === "prune" || rule.kind === "regrow" || rule.kind === "restore"
      ? poolsOf(rule, variables, timeline)
      : [];
  const dead = pools.map((pool) => ({ value: timeline.trial.deadOf(pool), sure: false }));
  const sum = dead.reduce((all, { value }) => all + value, 0);
  timeline.add({
    statement: rule,
    action: rule.kind,
    phase: index,
    step: null,
    epoch: null,
    amount: null,
    pools,
    outcome:
      timeline.gone || pools.length === 0
        ? null
        : { nominal: null, changed: null, dead: { value: sum, sure: false }, pools: dead },
    doubtful: true,
  });
}

const everything: SelectionIr = { include: [], exclude: [] };

function targetOf(rule: Extract<RuleIr | StepIr, { kind: "prune" | "regrow" | "restore" }>) {
  const { selection = everything, structure = rule.kind === "regrow" ? "weights" : "units" } = rule;
  return { structure, selection, joins: rule.kind === "prune" ? rule.joins : ("couple" as const) };
}

function poolsOf(rule: RuleIr | StepIr, variables: Variables, { world }: Timeline): readonly AnyPool[] {
  if (rule.kind !== "prune" && rule.kind !== "regrow" && rule.kind !== "restore") return [];
  return world.pools(targetOf(rule), variables);
}

/** One statement at one moment: carries it out, and notes the event unless it is one of those nobody can date. */
function act(
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
      const amount = statement.kind === "prune" ? amountAt(statement.amount, moment) : null;
      if (statement.kind === "prune" && statement.manner === "softly") timeline.soft.died(statement.id);
      if (timeline.gone || pools.length === 0) {
        const outcome = timeline.gone ? null : nothing;
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
      timeline.train();
      if (statement.what === "masks") timeline.cannotTell(statement.id, "the masks are read when it runs");
      return loaded(statement.what, statement.selection, timeline);
    case "harden": {
      timeline.soft.end(statement.id);
      return timeline.gone ? undefined : trial.harden(selected(statement.selection));
    }
    case "require":
      if (!timeline.doubted && world.network !== null && timeline.requirements.length < 1000)
        timeline.requirements.push({ statement, ...leastAndMost(trial) });
      return;
    case "mark":
      note(statement);
      return timeline.remember(`mark ${statement.name}`);
    case "rewind": {
      timeline.train();
      const earlier = timeline.recall(rewindName(statement.to));
      if (timeline.gone) return note(statement);
      const zeros = mayBringZeros(earlier, statement.what.includes("weights"), timeline);
      const late = statement.what.includes("masks") && trial.rewind(earlier);
      trial.blank ||= zeros || statement.what.includes("masks");
      return note(statement, { late });
    }
    case "slim": {
      timeline.soft.end(statement.id);
      const stuck = timeline.gone ? undefined : trial.slim()[0];
      return note(statement, stuck && { stuck });
    }
    case "shuffle": {
      const target = {
        structure: "units" as const,
        selection: statement.selection,
        joins: "couple" as const,
      };
      return timeline.gone ? undefined : trial.shuffle(statement.selection, world.paths(target, variables));
    }
    case "evaluate":
      return note(statement);
    default:
      return;
  }
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
  const last = firing?.ends === true && statement.regrow !== undefined;
  const stuck = statement.collapse && statement.manner === "held" ? timeline.trial.collapsed() : undefined;
  const why = stuck && { stuck };
  note(statement, { pools, amount, outcome: drop, ...(last && { last }), ...(back === null && why) });
  if (statement.regrow !== undefined && back !== null)
    note(statement.regrow, { pools, outcome: back, ...why });
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

/** Masks that nobody knows yet: in each draw another share of these layers is dead. Weights that nobody knows may be zero. */
function loaded(what: "masks" | "weights", selection: SelectionIr, timeline: Timeline): void {
  const { trial, world } = timeline;
  trial.blank = true;
  if (what === "weights" || timeline.gone) return;
  timeline.unsure = true;
  for (const structure of ["units", "weights"] as const) {
    const pools = world.pools({ structure, selection, joins: "couple" }, new Map());
    if (world.network !== null && pools.length > 0) {
      const amount = { kind: "drop-share", value: trial.share() } as const;
      const statement: PruneIr = { ...anyPrune, structure, selection, amount };
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
}

const anyPrune: PruneIr = {
  kind: "prune",
  id: 0,
  text: "",
  structure: "units",
  selection: everything,
  criterion: { name: "random", expr: "random", needs: ["random"], under: "loss", over: null },
  members: "sum",
  scope: "local",
  amount: { kind: "drop-share", value: 0 },
  manner: "held",
  joins: "couple",
  keeping: 1,
  collapse: false,
  aligned: 1,
};

/** Paths of the layers that are named; undefined for all. */
function selected({ include, exclude, where, layers }: SelectionIr): ReadonlySet<string> | undefined {
  const all = include.length === 0 && exclude.length === 0 && where === undefined;
  return all || layers === undefined ? undefined : new Set(layers);
}

function rewindName(to: Extract<StepIr, { readonly kind: "rewind" }>["to"]): string {
  if (typeof to === "string") return "start";
  return "mark" in to ? `mark ${to.mark}` : `${to.phase} ${JSON.stringify(to.point)}`;
}
