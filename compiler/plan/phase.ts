import {
  eventSteps,
  momentOf,
  phaseSteps,
  phaseTimes,
  type PhaseTimes,
  type TimeWindow,
} from "../ir/schedule.js";
import type { RuleIr, TrainIr } from "../ir/types.js";
import { act } from "./act.js";
import { mostListed } from "./limits.js";
import type { Timeline } from "./timeline.js";
import { numberAt, pointAt, whenAt, type Moment } from "./value.js";

/** Steps that stand for an epoch where the number of examples is unknown: divisible by what people write. */
const finest = 5040;

interface Firing {
  readonly rule: RuleIr;
  readonly step: number;
  readonly window: TimeWindow | undefined;
}

/** One phase: its rules' events in order of time, those of one moment as written. */
export function simulatePhase(
  train: TrainIr,
  moment: Moment,
  variables: ReadonlyMap<string, string>,
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
  const phase = timeline.startPhase({ train, times, stepsPerEpoch: known });
  const total = phaseSteps(times);

  const firings = train.rules.flatMap((rule) => firingsOf(rule, moment, times, known, timeline));
  const order = new Map(train.rules.map((rule, i) => [rule, i]));
  firings.sort((a, b) => a.step - b.step || (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0));
  const snapshots = train.snapshots
    .flatMap((point) => pointAt(point, moment.names) ?? [])
    .map((point) => ({ step: momentOf(point, times), name: momentName(train.id, JSON.stringify(point)) }))
    .sort((a, b) => a.step - b.step);
  const keep = (step: number) => {
    while (snapshots[0] !== undefined && snapshots[0].step < step)
      timeline.remember(snapshots.shift()?.name ?? "");
  };
  for (const { rule, step, window } of firings) {
    if (timeline.full) return;
    keep(step);
    act(rule, { ...moment, phase: { times, step, window } }, variables, timeline, {
      index: phase,
      step: known === null && length.unit === "epochs" ? null : step,
      epoch: known === null && length.unit === "steps" ? null : step / stepsPerEpoch,
      ends: isLast && step >= total,
    });
  }
  keep(Infinity);
}

/** The name under which the masks of a moment of a phase are remembered. */
export function momentName(phase: number, point: string): string {
  return `${phase} ${point}`;
}

function firingsOf(
  rule: RuleIr,
  moment: Moment,
  times: PhaseTimes,
  known: number | null,
  timeline: Timeline,
): readonly Firing[] {
  if (rule.when === undefined || rule.kind === "penalize" || rule.kind === "freeze" || rule.kind === "update")
    return [];
  const when = whenAt(rule.when, moment.names);
  if (when === undefined) {
    timeline.cannotTell(rule.id, "its times depend on the run");
    return [];
  }
  if (known === null && needsSteps(when, times)) {
    timeline.cannotTell(rule.id, "the steps of an epoch are known once there are data");
    return [];
  }
  return eventSteps(when, times, mostListed).map((step) => ({ rule, step, window: when.window }));
}

/** Whether times mix steps and epochs, so that only the number of examples relates them. */
function needsSteps(
  { unit, at, window }: ReturnType<typeof whenAt> & object,
  { stepsPerEpoch }: PhaseTimes,
): boolean {
  const inEpochs = stepsPerEpoch !== 1;
  const atStart = at !== undefined && at.every((value) => value === 0);
  if ((unit === "steps") === inEpochs && !atStart) return true;
  const points = window === undefined ? [] : [window.from, window.to];
  return points.some((point) => (inEpochs ? "steps" in point : "epochs" in point));
}
