import { lengthOf } from "../../core/ir/defaults.js";
import { bytesOf } from "../../core/ir/sizes.js";
import { measure } from "../../core/masks/measure.js";
import { newMaskState } from "../../core/masks/state.js";
import { evaluate } from "../../core/expr/evaluate.js";
import { shareOf } from "../../core/schedule/amounts.js";
import { momentOf, phaseSteps, phaseTimes } from "../../core/schedule/schedule.js";
import { qualityNames, type QualityName } from "../../core/ir/qualities.js";
import { reads } from "../../core/ir/mentions.js";
import { bodyOf, holdsAlong, mayEndEarly } from "../../core/ir/walk.js";
import type { ExprIr, LearnIr, RuleIr, StepIr, TrainIr } from "../../core/ir/types.js";
import type { AnyPool } from "./pools.js";
import type { Trial } from "./trial.js";
import { act, poolsOf, type Firing, type Variables } from "./act.js";
import { firingsIn } from "./firings.js";
import { noteLearned } from "./shifts.js";
import type { DataFacts, Timeline } from "./timeline.js";
import { lengthAt, numberAt, pointAt, type Moment as When } from "./value.js";

/** Follows a program through its timeline: every event in order, at the moments of a run. */
export function simulate(
  body: readonly StepIr[],
  timeline: Timeline,
  names: When["names"] = new Map(),
): void {
  steps(body, { names }, new Map(), timeline, lastTraining(body));
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
        const times = Math.max(0, Math.round(lengthAt(step.times, moment) ?? 1));
        const ends = step.until !== undefined || reads(step.times, new Set(moment.chosen?.keys()));
        timeline.enter();
        const known = step.while === undefined ? true : heldBySizes(step.while, timeline);
        if (known === null && !(timeline.uncut && holdsUncut(step.while ?? 1))) timeline.mayLeave();
        for (let i = 1; i <= times && known !== false && !timeline.full; i++) {
          timeline.follow();
          const undo = step.while === undefined || timeline.gone ? null : timeline.trial.kept();
          const names = step.as === undefined ? moment.names : new Map([...moment.names, [step.as, i]]);
          const more = moment.more === true || i < times;
          steps(step.body, { names, pass: { i, times }, more }, variables, timeline, last);
          if (undo !== null && step.while !== undefined) {
            const holds = heldBySizes(step.while, timeline);
            if (holds === false || (holds === null && timeline.mayLeave())) undo();
            if (holds === false) break;
          }
          if (ends && i < times) timeline.mayLeave();
        }
        timeline.leave();
        break;
      }
      case "for-each": {
        const layers = timeline.world.layers(step);
        const known = layers ?? ["*"];
        known.forEach((layer, i) => {
          const inner = layers === null ? variables : new Map([...variables, [step.as, layer]]);
          const more = moment.more === true || i < known.length - 1;
          if (!timeline.full) steps(step.body, { ...moment, more }, inner, timeline, last);
        });
        break;
      }
      case "search": {
        const { trial } = timeline;
        const way = step.from + trial.share() * (step.to - step.from);
        const value = step.values === "whole" ? Math.round(way) : way;
        const names = new Map([...moment.names, [step.as, value]]);
        const chosen = new Map([...(moment.chosen ?? []), [step.as, step.to]]);
        timeline.search(step, () =>
          steps(step.body, { ...moment, names, chosen }, variables, timeline, last),
        );
        break;
      }
      default:
        act(step, moment, variables, timeline, null);
    }
  }
}

/** Whether a condition on sizes holds of the network as it stands; null where only the run can tell. */
function heldBySizes(condition: ExprIr, { gone, doubted, trial }: Timeline): boolean | null {
  const { network } = trial.world;
  const now = gone || doubted || network === null ? null : trial.sizes();
  if (now === null || network === null) return null;
  const start = measure(network, newMaskState(network.channels.count), { times: trial.times });
  const names = new Map<string, number>();
  for (const [name, size] of Object.entries(start)) {
    if (Number.isFinite(size)) names.set(`start.${name}`, size);
  }
  for (const [name, { value, sure }] of Object.entries(now)) {
    if (sure && Number.isFinite(value)) names.set(name, value);
  }
  const { value, sure } = now.params;
  if (sure) names.set("bytes", bytesOf(value));
  const held = evaluate(condition, names);
  return held === undefined ? null : held !== 0;
}

/** What a network may measure. */
const measured: Readonly<Record<QualityName, readonly number[]>> = {
  accuracy: [0, 0.5, 1],
  "top5-accuracy": [0, 0.5, 1],
  loss: [0, 1, 10],
};
/** Names of conditions with all of that, before and after a cut that was none. */
const uncut = qualityNames.reduce<readonly ReadonlyMap<string, number>[]>(
  (all, name) =>
    all.flatMap((names) =>
      measured[name].map((value) => new Map([...names, [name, value], [`dense.${name}`, value]])),
    ),
  [new Map()],
);

/** Whether a condition holds of any network that nothing was cut from: it compares it with itself. */
const holdsUncut = (condition: ExprIr): boolean =>
  uncut.every((names) => (evaluate(condition, names) ?? 0) !== 0);

/** The training after which none can come: the last one of the program, loops entered. */
export function lastTraining(body: readonly StepIr[]): StepIr | null {
  for (const step of [...body].reverse()) {
    if (step.kind === "train") return step;
    if (bodyOf(step).length > 0) {
      const inner = lastTraining(bodyOf(step));
      if (inner !== null) return inner;
    }
  }
  return null;
}

/** Null where nobody knows. */
function stepsOfEpoch({ length }: DataFacts, batch: number): number | null {
  if (length === undefined) return null;
  const size = Math.max(1, batch);
  return "batches" in length ? length.batches(size) : Math.max(1, Math.ceil(length.examples / size));
}

/** Steps that stand for an epoch where nobody knows them: divisible by what people write. */
const finest = 5040;

/** One phase: its rules' events in order of time, those of one moment as written. */
function phase(
  train: TrainIr,
  moment: When,
  variables: Variables,
  timeline: Timeline,
  isLast: boolean,
): void {
  const { batch: given } = timeline.data;
  const usual = (train.finetune ? timeline.batch : null) ?? given;
  const batch = train.batch === undefined ? usual : (numberAt(train.batch, moment) ?? usual);
  timeline.batch = batch;
  const known = stepsOfEpoch(timeline.data, batch);
  const { unit, value } = lengthOf(train);
  const length = { unit, value: lengthAt(value, moment) ?? 0 };
  if (reads(value, new Set(moment.chosen?.keys())))
    timeline.cannotTell(train.id, "a search chooses how long it lasts");
  // Without them a phase counts either in epochs or in steps, as its length does.
  const stepsPerEpoch = known ?? (length.unit === "epochs" ? finest : 1);
  const times = phaseTimes(length, stepsPerEpoch);
  const index = timeline.startPhase({ train, times, stepsPerEpoch: known });
  const total = phaseSteps(times);
  const { firings, doubtful } = firingsIn(train.rules, settled(moment), times, known, timeline);
  const snapshots = train.snapshots
    .flatMap((point) => pointAt(point, moment.names) ?? [])
    .map((point) => ({ step: momentOf(point, times), name: momentName(train.id, JSON.stringify(point)) }))
    .sort((a, b) => a.step - b.step);
  // Before the rules of that moment act; of several passes, the first.
  const keep = (step: number) => {
    while (snapshots[0] !== undefined && snapshots[0].step <= step) {
      const { name = "" } = snapshots.shift() ?? {};
      if (timeline.recall(name) === undefined) timeline.remember(name);
    }
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
    const leaves = mayEndEarly(train) && epochEnd >= Math.max(1, now);
    if (leaves) timeline.mayLeave();
    if (step > now) {
      timeline.train();
      mayAct(open, somewhere, variables, timeline, nowhere);
    }
    if (leaves && epochEnd > now) timeline.mayLeave();
    keep(step);
    now = step;
  };
  for (const rule of train.rules)
    if (rule.kind === "learn")
      noteLearned(timeline.trial, rule, timeline.world.paths(learnedBy(rule), variables));
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
}

const learnedBy = (rule: LearnIr) =>
  ({ structure: rule.structure, selection: rule, joins: "couple" }) as const;

/** Without what a search chooses: moments that hang on it are not known. */
function settled(moment: When): When {
  const { names, chosen } = moment;
  return chosen === undefined
    ? moment
    : { ...moment, names: new Map([...names].filter(([name]) => !chosen.has(name))) };
}

/** The name under which the masks of a moment of a phase are remembered. */
const momentName = (phase: number, point: string): string => `${phase} ${point}`;

/** Rules whose moments are unknown: in each draw they act some times; in the first often, in the second not at all. */
function mayAct(
  rules: readonly RuleIr[],
  moment: When,
  variables: Variables,
  timeline: Timeline,
  firing: Firing,
): void {
  const { trial } = timeline;
  if (rules.length > 0) timeline.unsure = true;
  for (const rule of rules) {
    const pools = poolsOf(rule, variables, timeline);
    const before = trial.ledger.copy();
    const most = mostDead(rule, moment, pools, trial);
    const often = trial.draw === 0;
    const times = [40, 0][trial.draw ?? 0] ?? [0, 1, 1, 2, 3, 12][Math.floor(trial.dice.uniform() * 6)] ?? 0;
    for (let i = 0; i < times && !timeline.full; i++)
      act(rule, often ? extreme(moment, i) : moment, variables, timeline, firing, true);
    trial.ledger.roam(
      pools.map(({ place }) => place),
      rule.id,
      most,
      before,
    );
    if (rule.kind === "slim" && (trial.blank || !trial.elements.gone().next().done)) trial.blurChannels();
  }
}

/** What moves may stand at either of its ends by now: where they lie in steps is not known. */
function extreme(moment: When, i: number): When {
  const { phase } = moment;
  if (phase === undefined || i % 3 === 2) return moment;
  return { ...moment, phase: { ...phase, step: i % 3 === 0 ? phaseSteps(phase.times) : 0 } };
}

/** Units of each pool that a rule leaves dead at most, whenever it acts: those of its highest target, where that is all that decides. */
function mostDead(rule: RuleIr, { names }: When, pools: readonly AnyPool[], trial: Trial): readonly number[] {
  const bound =
    rule.kind === "prune" && rule.scope === "local" && rule.manner === "held" && rule.aligned <= 1;
  const value = bound && rule.regrow === undefined && rule.joins !== "agree" ? rule.to : undefined;
  const ends =
    typeof value === "object" && "moving" in value ? [value.moving.from, value.moving.to] : [value ?? 1];
  const highest = Math.max(...ends.map((end) => evaluate(end, names) ?? 1));
  return pools.map((pool) => {
    const alike = pool.kind === "elements" || (pool.kind === "channels" && pool.alike);
    return alike ? Math.max(trial.deadOf(pool), shareOf(highest, pool.total)) : Infinity;
  });
}

/** A rule that acts at moments which only a run knows has one line in the plan: what is dead in the end. */
function listDoubtful(rule: RuleIr, variables: Variables, timeline: Timeline, { index }: Firing): void {
  if (holdsAlong(rule)) return;
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
