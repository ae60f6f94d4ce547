import {
  eventSteps,
  phaseSteps,
  momentOf,
  type PhaseTimes,
  type TimeWindow,
} from "../../core/schedule/schedule.js";
import type { RuleIr } from "../../core/ir/types.js";
import { holdsAlong } from "../../core/ir/walk.js";
import { mostListed } from "./limits.js";
import type { Timeline } from "./timeline.js";
import { whenAt, type Moment } from "./value.js";

/** A rule at a moment of its phase. */
export interface Firing {
  readonly rule: RuleIr;
  readonly step: number;
  readonly window: TimeWindow | undefined;
}

/** A rule of which only a run, or the data, can tell when it acts. */
export interface Doubtful {
  readonly rule: RuleIr;
  /** It has acted for the last time by this step. */
  readonly until: number;
}

/**
 * The events of a phase in order of time, those of one moment as written, and the rules that have others. `known`: steps of an
 * epoch, or null.
 */
export function firingsIn(
  rules: readonly RuleIr[],
  moment: Moment,
  times: PhaseTimes,
  known: number | null,
  timeline: Pick<Timeline, "cannotTell" | "data">,
): { readonly firings: readonly Firing[]; readonly doubtful: readonly Doubtful[] } {
  const doubtful: Doubtful[] = [];
  const firings = rules.flatMap((rule): readonly Firing[] => {
    if (rule.when === undefined || holdsAlong(rule)) return [];
    const when = whenAt(rule.when, moment.names);
    if (when === undefined) {
      timeline.cannotTell(rule.id, "its times depend on the run");
      doubtful.push({ rule, until: Infinity });
      return [];
    }
    const { window } = when;
    if (known !== null || !needsSteps(when, times))
      return eventSteps(when, times, mostListed).map((step) => ({ rule, step, window }));
    timeline.cannotTell(rule.id, timeline.data.length === undefined ? untilData : untilCounted);
    const landing = landingOf(when, times);
    doubtful.push({ rule, until: landing ?? Infinity });
    return landing === null ? [] : [{ rule, step: landing, window }];
  });
  const order = new Map(rules.map((rule, i) => [rule, i]));
  firings.sort((a, b) => a.step - b.step || (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0));
  return { firings, doubtful };
}

const untilData = "the steps of an epoch are known once there are data";
const untilCounted = "the data do not tell how many batches make an epoch: export `batches`";

type When = ReturnType<typeof whenAt> & object;

/** Whether times mix steps and epochs, so that only the steps of an epoch relate them. */
function needsSteps(when: When, times: PhaseTimes): boolean {
  const { unit, at } = when;
  const atStart = at !== undefined && at.every((value) => value === 0);
  return ((unit === "steps") === inEpochs(times) && !atStart) || mixesWindow(when, times);
}

const inEpochs = ({ stepsPerEpoch }: PhaseTimes) => stepsPerEpoch !== 1;

function mixesWindow({ window }: When, times: PhaseTimes): boolean {
  const points = window === undefined ? [] : [window.from, window.to];
  return points.some((point) => (inEpochs(times) ? "steps" in point : "epochs" in point));
}

/** The end of its window, where a moving target lands however many steps an epoch has; null where that is not known. */
function landingOf(when: When, times: PhaseTimes): number | null {
  if (!when.lands || when.every === undefined || mixesWindow(when, times)) return null;
  const last = eventSteps({ ...when, unit: inEpochs(times) ? "epochs" : "steps" }, times, mostListed).at(-1);
  const total = phaseSteps(times);
  const end = when.window === undefined ? total : Math.min(total, momentOf(when.window.to, times));
  return last === end ? end : null;
}
