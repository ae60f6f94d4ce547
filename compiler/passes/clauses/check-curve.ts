import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { reject, type Where } from "../lowering.js";

/** Moments at which a curve is looked at, beside its two ends. */
const samples = 1000;
/** How far an end may be off, and a value outside: what rounding does to a formula. */
const tolerance = 1e-6;

/**
 * Refuses a declared curve that is no share of the way done: it starts at 0, ends at 1 and stays between. With any other end a
 * target would jump when its window is over. A curve whose arguments only a run knows is taken as it is.
 */
export function leadsFrom0To1(
  name: string,
  expr: ExprIr,
  span: Span,
  context: Where,
  label?: string,
): boolean {
  const at = (t: number) => evaluate(expr, new Map([["t", t]]));
  const refuse = (message: string, help: string): false => {
    reject(context, "P3018", message, span, { label, help });
    return false;
  };
  const [start, end] = [at(0), at(1)];
  if (start === undefined || end === undefined) return true;
  const whole = "a curve is the share of the way done: from 0 at t = 0 to 1 at t = 1, never outside";
  for (let i = 0; i <= samples; i++) {
    const t = i / samples;
    const value = at(t) ?? 0;
    if (!Number.isFinite(value)) return refuse(`curve \`${name}\` has no value at t = ${shown(t)}`, whole);
  }
  if (!near(start, 0)) return refuse(`curve \`${name}\` starts at ${shown(start)}, not at 0`, whole);
  if (!near(end, 1)) {
    const scaled = start === 0 && end > tolerance ? `divide it by ${shown(end)}` : whole;
    return refuse(`curve \`${name}\` ends at ${shown(end)}, not at 1`, scaled);
  }
  for (let i = 1; i < samples; i++) {
    const t = i / samples;
    const value = at(t) ?? 0;
    if (value < -tolerance || value > 1 + tolerance)
      return refuse(`curve \`${name}\` is ${shown(value)} at t = ${shown(t)}, outside 0 and 1`, whole);
  }
  return true;
}

const near = (value: number, wanted: number) => Math.abs(value - wanted) <= tolerance;
const shown = (value: number) => String(Number(value.toPrecision(4)));
