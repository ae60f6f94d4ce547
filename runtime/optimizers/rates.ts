import { raise } from "../../core/diagnostics/create.js";
import { quote } from "../../core/diagnostics/quote.js";
import { evaluate } from "../../core/expr/evaluate.js";
import {
  curveValue,
  momentOf,
  progress,
  type PhaseTimes,
  type TimePoint,
  type TimeWindow,
  type WhenTimes,
} from "../../core/schedule/schedule.js";
import type {
  ExprIr,
  MovingIr,
  OptimizerIr,
  PointIr,
  ValueIr,
  WhenIr,
  WindowIr,
} from "../../core/ir/types.js";

/** Values over the steps of a phase: learning rates, strengths of penalties. Expressions in them are plain numbers by now. */

/** A value by the number of updates made before (0 at the first step of the phase). */
export type Schedule = (step: number) => number;

/**
 * The number of an expression without names. Emitted loops compute counters themselves, so that anything else is of a loop or a
 * checkpoint that somebody edited. @throws DiagnosticError P7010
 */
export function numberOf(expr: ExprIr): number {
  const value = evaluate(expr, new Map());
  if (value !== undefined) return value;
  raise("P7010", `${quote(JSON.stringify(expr))} stands where a number is meant`, {
    help: "compile the program again, or mend the loop",
  });
}

export function timePoint(point: PointIr): TimePoint {
  if ("epochs" in point) return { epochs: numberOf(point.epochs) };
  if ("steps" in point) return { steps: numberOf(point.steps) };
  return { share: numberOf(point.share) };
}

export function timeWindow(window: WindowIr | undefined): TimeWindow | undefined {
  return window && { from: timePoint(window[0]), to: timePoint(window[1]) };
}

/** A constant, or a move along its curve over its own window, else `window`, else the phase. */
export function valueSchedule(value: ValueIr, phase: PhaseTimes, window?: WindowIr): Schedule {
  if (typeof value !== "object" || !("moving" in value)) {
    const constant = numberOf(value);
    return () => constant;
  }
  return movingSchedule(value.moving, phase, window);
}

function movingSchedule(moving: MovingIr, phase: PhaseTimes, window: WindowIr | undefined): Schedule {
  const from = numberOf(moving.from);
  const to = numberOf(moving.to);
  const over = timeWindow(moving.over ?? window);
  return (step) => curveValue(moving.curve, progress(step, over, phase), from, to, "value");
}

/** A learning rate; `steps(base, at: …, by: …)` multiplies by `by` from each of the moments on. */
export function rateSchedule(rate: NonNullable<OptimizerIr["rate"]>, phase: PhaseTimes): Schedule {
  if (typeof rate !== "object" || !("steps" in rate)) return valueSchedule(rate, phase);
  const base = numberOf(rate.steps.base);
  const by = numberOf(rate.steps.by);
  const moments = rate.steps.at.map((point) => momentOf(timePoint(point), phase));
  return (step) => base * by ** moments.filter((moment) => step >= moment).length;
}

/** The times of a rule with its numbers worked out. */
export function whenTimes(when: WhenIr): WhenTimes {
  return {
    unit: when.unit,
    every: when.every === undefined ? undefined : numberOf(when.every),
    at: when.at?.map(numberOf),
    window: timeWindow(when.during),
    lands: when.lands === true,
  };
}
