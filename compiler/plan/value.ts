import { countAmount } from "../../core/choose/choose.js";
import { evaluate } from "../../core/expr/evaluate.js";
import {
  curveValue,
  progress,
  repeatProgress,
  type CurveKind,
  type PhaseTimes,
  type TimePoint,
  type TimeWindow,
  type WhenTimes,
} from "../../core/schedule/schedule.js";
import { mentions } from "../../core/ir/mentions.js";
import type { StatementIr } from "../../core/ir/walk.js";
import type { AmountIr, ExprIr, PointIr, ValueIr, WhenIr, WindowIr } from "../../core/ir/types.js";
import type { CountAmount } from "../../core/schedule/amounts.js";

/** Where an expression is worked out: counters of the loops around it, and the moment of the phase. */
export interface Moment {
  readonly names: ReadonlyMap<string, number>;
  /** Set while a phase runs. */
  readonly phase?: {
    readonly times: PhaseTimes;
    readonly step: number;
    readonly window: TimeWindow | undefined;
  };
  /** The innermost `repeat`, for what moves over its iterations. */
  readonly pass?: { readonly i: number; readonly times: number };
  /** True while a loop around has passes to come. */
  readonly more?: boolean;
  /** Variables of searches around, which have a value of their own in every draw; and the largest that each may have. */
  readonly chosen?: ReadonlyMap<string, number>;
}

export function pointAt(point: PointIr, names: Moment["names"]): TimePoint | undefined {
  const [unit, expr] = Object.entries(point)[0] ?? [];
  const value = expr === undefined ? undefined : evaluate(expr, names);
  if (value === undefined) return undefined;
  if (unit === "epochs") return { epochs: value };
  return unit === "steps" ? { steps: value } : { share: value };
}

function windowAt(window: WindowIr | undefined, names: Moment["names"]): TimeWindow | undefined {
  if (window === undefined) return undefined;
  const from = pointAt(window[0], names);
  const to = pointAt(window[1], names);
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** A when-clause with its numbers; undefined where one is unknown before the run. */
export function whenAt(when: WhenIr, names: Moment["names"]): WhenTimes | undefined {
  const every = when.every === undefined ? undefined : evaluate(when.every, names);
  const at = when.at?.map((expr) => evaluate(expr, names));
  const window = windowAt(when.during, names);
  if (
    (when.every !== undefined && every === undefined) ||
    (when.during !== undefined && window === undefined)
  )
    return undefined;
  const moments: number[] = [];
  for (const value of at ?? []) {
    if (value === undefined) return undefined;
    moments.push(value);
  }
  return { unit: when.unit, every, at: when.at && moments, window, lands: when.lands === true };
}

/** The value of something that may move; undefined where it is unknown before the run. */
export function valueAt(value: ValueIr, moment: Moment, kind: CurveKind): number | undefined {
  if (typeof value !== "object" || !("moving" in value)) return evaluate(value, moment.names);
  const { from, to, curve, over } = value.moving;
  const start = evaluate(from, moment.names);
  const end = evaluate(to, moment.names);
  if (start === undefined || end === undefined) return undefined;
  return curveValue(curve, progressAt(over, moment), start, end, kind);
}

function progressAt(over: WindowIr | undefined, { names, phase, pass }: Moment): number {
  if (phase !== undefined) return progress(phase.step, windowAt(over, names) ?? phase.window, phase.times);
  return pass === undefined ? 1 : repeatProgress(pass.i, pass.times);
}

/** An amount as counts; null where only a run can tell. */
export function amountAt(amount: AmountIr, moment: Moment): CountAmount | null {
  const counted = countAmount(amount, {
    value: (value, kind) => valueAt(value, moment, kind) ?? NaN,
  });
  return counted === undefined || Number.isNaN(counted.value) ? null : counted;
}

export const numberAt = (expr: ExprIr, moment: Moment): number | undefined => evaluate(expr, moment.names);

/** The length of something: at most so much, where a search chooses it. */
export const lengthAt = (expr: ExprIr, { names, chosen }: Moment): number | undefined =>
  evaluate(expr, chosen === undefined ? names : new Map([...names, ...chosen]));

/** Whether a search chooses what a statement does. */
export const isChosen = (statement: StatementIr, { chosen }: Moment): boolean =>
  chosen !== undefined && mentions(statement, new Set(chosen.keys()));
