import type { Expr, Point, Range, Statement, TimeUnit, When } from "../../../grammar/ast.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import type { ExprIr, PointIr, WhenIr, WindowIr } from "../../../core/ir/types.js";
import { describe } from "../scope.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";
import { whenOf } from "../state.js";
import { lowerTyped } from "./typed.js";

/** When an event fires: `every` or `at`, with or without a window. Undefined when it happens once, where it stands. */
export function lowerEvents(statement: Statement, lands: boolean, place: Place): WhenIr | undefined | null {
  const when = whenOf(statement);
  if (when === undefined) return undefined;
  if (when.every === undefined && when.at === undefined) {
    return reject(place, "P3005", "this says during which time, but not how often", when.span, {
      help: "add `every epoch` or `every 100 steps`",
    });
  }
  return lowerWhen(when, lands, place);
}

/** The window of a when-clause without moments, as a field; null for a mistake. */
export function lowerHoldingAtAll(when: When | undefined, place: Place): Pick<WhenIr, "during"> | null {
  const window = lowerWindow(when ?? {}, place);
  return window === null ? null : window === undefined ? {} : { during: window };
}

/** The window of something that holds all along; it has no events. */
export function lowerHolding(statement: Statement, place: Place): WhenIr | undefined | null {
  const when = whenOf(statement);
  if (when === undefined) return undefined;
  const grid = when.every ?? when.at;
  if (grid !== undefined) {
    return reject(
      place,
      "P3026",
      `\`${statement.kind === "update" ? "update only" : statement.kind}\` holds all along and has no moments`,
      grid.span,
      { help: "give it a window: `during epochs 4..30`" },
    );
  }
  return lowerWhen(when, false, place);
}

/** When a rule fires; `lands` for a moving target, whose last event moves to the window's end. */
function lowerWhen(when: When, lands: boolean, place: Place): WhenIr | null {
  const window = lowerWindow(when, place);
  if (window === null) return null;
  const inside = window === undefined ? {} : { during: window };
  if (when.every !== undefined) {
    const { count } = when.every;
    const every = lowerTyped(count, ["epochs", "steps"], "the interval of `every`", place);
    if (every === null) return null;
    if (typeof every.ir === "number" && !(every.ir > 0)) {
      return reject(place, "P3022", "the interval of `every` must be more than 0", count.span);
    }
    if (every.type === "steps" && typeof every.ir === "number" && !Number.isInteger(every.ir)) {
      return reject(place, "P3022", "steps are counted in whole numbers", count.span);
    }
    return {
      unit: every.type === "steps" ? "steps" : "epochs",
      every: every.ir,
      ...inside,
      ...(lands && { lands }),
    };
  }
  if (when.at !== undefined) {
    const { unit } = when.at;
    const at: ExprIr[] = [];
    for (const value of when.at.values) {
      const moment = lowerMoment(value, unit, place, unit === "epochs" ? 1 : 0);
      if (moment === null) return null;
      at.push(moment);
    }
    const until = lands && window === undefined ? lastOf(at) : undefined;
    if (until === undefined) return { unit, at, ...inside };
    return { unit, at, during: [{ share: 0 }, point(unit, until)], lands: true };
  }
  return { unit: "epochs", ...inside };
}

/** The window of `during`, `from` and `until`; undefined when there is none. */
export function lowerWindow(
  when: Pick<When, "during" | "from" | "until">,
  place: Place,
): WindowIr | undefined | null {
  const { during, from, until } = when;
  if (during !== undefined) return lowerRange(during, place);
  if (from === undefined && until === undefined) return undefined;
  const start = from === undefined ? { share: 0 } : lowerPoint(from, place);
  const end = until === undefined ? { share: 1 } : lowerPoint(until, place);
  if (start === null || end === null) return null;
  const span = { start: (from ?? until)?.span.start ?? 0, end: (until ?? from)?.span.end ?? 0 };
  return ordered([start, end], span, place);
}

function lowerRange(range: Range, place: Place): WindowIr | null {
  const { unit } = range;
  if (unit !== undefined) {
    const least = unit === "epochs" ? 1 : 0;
    const from = lowerMoment(range.from, unit, place, least);
    const to = lowerMoment(range.to, unit, place, least);
    if (from === null || to === null) return null;
    return ordered([point(unit, from), point(unit, to)], range.span, place);
  }
  const ends: PointIr[] = [];
  for (const end of [range.from, range.to]) {
    const value = infer(end, expressions(place, "plain"));
    if (value === null) return null;
    if (value.type === "epochs" || value.type === "steps") ends.push(point(value.type, value.ir));
    else if (value.type !== "share") {
      return reject(
        place,
        "P2020",
        `a window's end is a percentage or carries its unit, and this is ${describe(value.type)}`,
        end.span,
        { help: "write `during epochs 4..30` or `during 10%..75%`" },
      );
    } else if (typeof value.ir === "number" && (value.ir < 0 || value.ir > 1)) {
      return reject(place, "P3022", "a window's end lies between 0% and 100% of the phase", end.span);
    } else ends.push({ share: value.ir });
  }
  const [from, to] = ends;
  return from === undefined || to === undefined ? null : ordered([from, to], range.span, place);
}

/** `epoch 4`, `step 500`. */
export function lowerPoint(written: Point, place: Place): PointIr | null {
  const value = lowerMoment(written.value, written.unit, place, written.unit === "epochs" ? 1 : 0);
  return value === null ? null : point(written.unit, value);
}

/** A counted epoch or step: a whole number, epochs from 1 and steps from 0. */
function lowerMoment(expr: Expr, unit: TimeUnit, place: Place, least: number): ExprIr | null {
  const value = infer(expr, expressions(place, "plain"));
  if (value === null) return null;
  if (value.type !== "number" && value.type !== unit) {
    return reject(
      place,
      "P2020",
      `${unit} are counted with numbers, and this is ${describe(value.type)}`,
      expr.span,
      {
        help:
          expr.kind === "binary" && expr.op === "and"
            ? "several moments are joined by commas: `at epochs 10, 20`"
            : undefined,
      },
    );
  }
  if (typeof value.ir === "number" && (value.ir < least || !Number.isInteger(value.ir))) {
    const message =
      unit === "epochs"
        ? "epochs are whole numbers and count from 1"
        : "steps are whole numbers and count from 0";
    return reject(place, "P3022", message, expr.span, {
      help: value.ir === 0 ? "the moment before the first update is `at step 0`" : undefined,
    });
  }
  return value.ir;
}

/** The latest of some moments, when all are known: there a moving target has to land. */
function lastOf(at: readonly ExprIr[]): number | undefined {
  const numbers = at.filter((moment) => typeof moment === "number");
  return numbers.length === at.length && numbers.length > 0 ? Math.max(...numbers) : undefined;
}

function point(unit: TimeUnit, value: ExprIr): PointIr {
  return unit === "epochs" ? { epochs: value } : { steps: value };
}

function ordered(window: WindowIr, span: Span, place: Place): WindowIr | null {
  const key = (at: PointIr): readonly [string, ExprIr] =>
    "epochs" in at ? ["epochs", at.epochs] : "steps" in at ? ["steps", at.steps] : ["share", at.share];
  const [fromUnit, from] = key(window[0]);
  const [toUnit, to] = key(window[1]);
  if (fromUnit === toUnit && typeof from === "number" && typeof to === "number" && from > to) {
    return reject(place, "P3023", "the window ends before it begins", span, { help: "swap its ends" });
  }
  return window;
}
