import { momentOf, phaseSteps, phaseTimes } from "../../core/schedule/schedule.js";
import type { TrainIr } from "../../core/ir/types.js";
import { act } from "./act.js";
import { firingsIn } from "./firings.js";
import { mayAct } from "./may-act.js";
import type { Timeline } from "./timeline.js";
import { numberAt, pointAt, type Moment } from "./value.js";

/** Steps that stand for an epoch where the number of examples is unknown: divisible by what people write. */
const finest = 5040;

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

  const { firings, doubtful } = firingsIn(train.rules, moment, times, known, timeline);
  const snapshots = train.snapshots
    .flatMap((point) => pointAt(point, moment.names) ?? [])
    .map((point) => ({ step: momentOf(point, times), name: momentName(train.id, JSON.stringify(point)) }))
    .sort((a, b) => a.step - b.step);
  const keep = (step: number) => {
    while (snapshots[0] !== undefined && snapshots[0].step < step)
      timeline.remember(snapshots.shift()?.name ?? "");
  };
  let now = 0;
  /** Goes on to a step; on the way `until` may end the phase at the end of an epoch, once its rules have acted. */
  const goOn = (step: number) => {
    const open = doubtful.filter(({ until }) => now < until).map(({ rule }) => rule);
    mayAct(open, moment, variables, timeline);
    const epochEnd = Math.floor((step - 1) / stepsPerEpoch) * stepsPerEpoch;
    const leaves = train.until !== undefined && epochEnd >= Math.max(1, now);
    if (leaves) timeline.mayLeave();
    if (step > now) {
      timeline.train();
      mayAct(open, moment, variables, timeline);
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
      index: phase,
      step: known === null && length.unit === "epochs" ? null : step,
      epoch: known === null && length.unit === "steps" ? null : step / stepsPerEpoch,
      ends: isLast && step >= total,
    });
  }
  if (!timeline.full) goOn(total);
  timeline.leave();
  keep(Infinity);
}

/** The name under which the masks of a moment of a phase are remembered. */
export function momentName(phase: number, point: string): string {
  return `${phase} ${point}`;
}
