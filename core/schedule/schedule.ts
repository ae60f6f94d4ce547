import { curveAt } from "./curve.js";
import type { CurveIr } from "../ir/clauses.js";

/**
 * When rules fire: the one place that knows. Times are global steps within a phase: step k is the moment after k updates,
 * step 0 the moment before the first; the end of epoch e is `e · stepsPerEpoch`.
 */

export interface PhaseTimes {
  /** Length of the phase in epochs; fractional for a phase whose length was given in steps. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** `PointIr` with its expressions evaluated. A share is of the phase's length. */
export type TimePoint = { readonly epochs: number } | { readonly steps: number } | { readonly share: number };

export interface TimeWindow {
  readonly from: TimePoint;
  readonly to: TimePoint;
}

/** `WhenIr` with its expressions evaluated. */
export interface WhenTimes {
  readonly unit: "epochs" | "steps";
  readonly every?: number | undefined;
  readonly at?: readonly number[] | undefined;
  readonly window?: TimeWindow | undefined;
  readonly lands: boolean;
}

/** Steps of a whole phase. */
export function phaseSteps(phase: PhaseTimes): number {
  return Math.max(0, Math.round(phase.epochs * phase.stepsPerEpoch));
}

/** Length of a phase written in epochs or in steps. */
export function phaseTimes(
  length: { readonly unit: "epochs" | "steps"; readonly value: number },
  stepsPerEpoch: number,
): PhaseTimes {
  const epochs = length.unit === "epochs" ? length.value : length.value / stepsPerEpoch;
  return { epochs, stepsPerEpoch };
}

/** The step at which a window opens: `epoch 4` is the start of epoch 4, a share is rounded to the nearest step. */
function windowStart(point: TimePoint, phase: PhaseTimes): number {
  if ("epochs" in point) return Math.round((point.epochs - 1) * phase.stepsPerEpoch);
  return momentOf(point, phase);
}

/** The step of a moment that is not a window's start (`rewind to`, `at`), or at which a window closes: `epoch 30` is its end. */
export function momentOf(point: TimePoint, phase: PhaseTimes): number {
  if ("epochs" in point) return Math.round(point.epochs * phase.stepsPerEpoch);
  if ("steps" in point) return Math.round(point.steps);
  return Math.round(point.share * phaseSteps(phase));
}

/** First and last step of a window, cut to the phase; the whole phase when there is none. `null` when it lies outside. */
export function windowSteps(
  window: TimeWindow | undefined,
  phase: PhaseTimes,
): readonly [number, number] | null {
  const total = phaseSteps(phase);
  if (window === undefined) return [0, total];
  const from = Math.max(0, windowStart(window.from, phase));
  const to = Math.min(total, momentOf(window.to, phase));
  return from > to || from > total ? null : [from, to];
}

/**
 * The steps at which a rule fires, ascending and each once, at most the first `most` of them. The grid of `every` counts from the
 * start of the phase and has no point at step 0; both ends of the window belong to it, but the end of epoch 3 is no part of
 * `epochs 4..30`. When `lands`, the last event moves to the window's end, and a window that holds no point of the grid gets this
 * one event. Moments outside the phase or the window are left out. A rule with neither `every` nor `at` holds all along and has
 * no events.
 */
export function eventSteps(when: WhenTimes, phase: PhaseTimes, most = Infinity): number[] {
  const steps: number[] = [];
  for (const step of eventsOf(when, phase)) {
    if (steps.length >= most) break;
    steps.push(step);
  }
  return steps;
}

function* eventsOf(when: WhenTimes, phase: PhaseTimes): Generator<number> {
  const bounds = eventBounds(when, phase);
  if (bounds === null) return;
  const [first, to] = bounds;
  if (when.at !== undefined) {
    const steps = new Set(when.at.map((value) => stepAt(value, when, phase)));
    yield* [...steps].filter((step) => step >= first && step <= to).sort((a, b) => a - b);
    return;
  }
  const stride = strideOf(when, phase);
  if (stride === null) return;
  let last: number | null = null;
  for (let k = Math.max(1, Math.floor(first / stride)); k <= Number.MAX_SAFE_INTEGER; k++) {
    const step = Math.round(k * stride);
    if (step > to) break;
    if (step < first) continue;
    if (!when.lands) yield step;
    else if (last !== null) yield last;
    last = step;
  }
  if (when.lands && to > 0) yield to;
}

/** Whether a rule fires at a step: the same moments as `eventSteps`, without listing them. */
export function firesAt(when: WhenTimes, phase: PhaseTimes, step: number): boolean {
  const bounds = eventBounds(when, phase);
  if (bounds === null) return false;
  const [first, to] = bounds;
  if (step < first || step > to) return false;
  if (when.at !== undefined) return when.at.some((value) => stepAt(value, when, phase) === step);
  const stride = strideOf(when, phase);
  if (stride === null) return false;
  const near = Math.round(step / stride);
  const points = [near - 1, near, near + 1, near + 2].filter((k) => k >= 1);
  const isPoint = points.some((k) => Math.round(k * stride) === step);
  if (!when.lands || to === 0) return isPoint;
  const isLast = points.every((k) => Math.round(k * stride) <= step || Math.round(k * stride) > to);
  return step === to || (isPoint && !isLast);
}

/** First and last step at which a rule with this window may fire. */
function eventBounds({ window }: WhenTimes, phase: PhaseTimes): readonly [number, number] | null {
  const bounds = windowSteps(window, phase);
  if (bounds === null) return null;
  const [from, to] = bounds;
  const first = opensAfter(window, from) ? from + 1 : from;
  return first > to ? null : [first, to];
}

const unitOf = ({ unit }: WhenTimes, { stepsPerEpoch }: PhaseTimes) =>
  unit === "epochs" ? stepsPerEpoch : 1;

const stepAt = (value: number, when: WhenTimes, phase: PhaseTimes) => Math.round(value * unitOf(when, phase));

/** Steps from one event to the next; there is one at every step where they would be closer. */
function strideOf(when: WhenTimes, phase: PhaseTimes): number | null {
  const stride = (when.every ?? NaN) * unitOf(when, phase);
  return stride > 0 ? Math.max(1, stride) : null;
}

/** The start of epoch 4 is the step that ended epoch 3, and what happens at that step belongs to epoch 3. */
function opensAfter(window: TimeWindow | undefined, from: number): boolean {
  return window !== undefined && "epochs" in window.from && from > 0;
}

/**
 * How far a step lies inside a window, 0 at its first step and 1 at its last; 1 when the window is one moment. A window that opens
 * behind the end of the phase is still to come all along.
 */
export function progress(step: number, window: TimeWindow | undefined, phase: PhaseTimes): number {
  const bounds = windowSteps(window, phase);
  if (bounds === null) return window !== undefined && step < windowStart(window.from, phase) ? 0 : 1;
  const [from, to] = bounds;
  if (to <= from) return step < from ? 0 : 1;
  return Math.min(1, Math.max(0, (step - from) / (to - from)));
}

/** How far pass `i` (from 1) of `times` has come: 1 in the last, so that a moving target lands there. */
export function repeatProgress(i: number, times: number): number {
  return times <= 0 ? 1 : Math.min(1, i / times);
}

/** "share-dead": a target share of dead units, geometric in the kept share under `exponential`; "value": anything else. */
export type CurveKind = "share-dead" | "value";

/** The value at progress `t` (0..1) of a move from `from` to `to`; exact at both ends. */
export function curveValue(curve: CurveIr, t: number, from: number, to: number, kind: CurveKind): number {
  if (t <= 0) return from;
  if (t >= 1) return to;
  if (curve !== "exponential") return from + (to - from) * curveAt(curve, t);
  if (kind === "value") return from * (to / from) ** t;
  return 1 - (1 - from) * ((1 - to) / (1 - from)) ** t;
}
