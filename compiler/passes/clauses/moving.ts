import type { Curve, Expr, MovingExpr } from "../../../grammar/ast.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import type { CurveIr, ExprIr, MovingIr, ValueIr } from "../../../core/ir/types.js";
import { bindArguments, fits } from "../expressions/arguments.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place, type Where } from "../lowering.js";
import { lookUp, namesOf } from "../module.js";
import type { Type, Typed } from "../scope.js";
import { constant, lowerTyped } from "./typed.js";
import { lowerWindow } from "./when.js";

/** A value in one unit, moving or not. */
export interface Moving {
  readonly type: Type;
  readonly ir: ValueIr;
  /** Its constant ends: one number, or both ends of a move; null where not constant. */
  readonly ends: readonly (number | null)[];
}

/** A value that may move (`0.1 -> 0 cosine`); `curve` is that of the statement, for a move that names none. */
export function lowerMoving(
  expr: Expr,
  wanted: readonly Type[],
  what: string,
  place: Place,
  curve?: Curve,
): Moving | null {
  if (expr.kind === "paren" && expr.inner.kind === "moving")
    return lowerMoving(expr.inner, wanted, what, place, curve);
  if (expr.kind !== "moving") {
    const value = lowerTyped(expr, wanted, what, place);
    return value === null ? null : { type: value.type, ir: value.ir, ends: [constant(value)] };
  }
  const from = lowerTyped(expr.from, wanted, what, place);
  const to = lowerTyped(expr.to, from === null ? wanted : [from.type], what, place);
  if (from === null || to === null) return null;
  return moving(from, to, expr, what, place, expr.curve ?? curve);
}

function moving(
  from: Typed,
  to: Typed,
  expr: MovingExpr,
  what: string,
  place: Place,
  curve: Curve | undefined,
): Moving | null {
  if (!fits(from.type, to.type)) return null;
  const lowered = curve === undefined ? "linear" : lowerCurve(curve, place);
  if (lowered === null) return null;
  if (lowered === "exponential" && (from.ir === 0 || to.ir === 0)) {
    return reject(
      place,
      "P3010",
      `an exponential move of ${what} cannot ${from.ir === 0 ? "start" : "end"} at zero`,
      (from.ir === 0 ? expr.from : expr.to).span,
      { help: "give a small value instead, or another curve: `cosine`, `cubic`, `linear`" },
    );
  }
  const ends = [constant(from), constant(to)] as const;
  if (lowered === "exponential" && (ends[0] ?? 0) * (ends[1] ?? 0) < 0)
    return reject(place, "P3010", `an exponential move of ${what} cannot pass through zero`, expr.span, {
      help: "give both ends one sign, or another curve: `cosine`, `cubic`, `linear`",
    });
  const over = expr.over === undefined ? undefined : lowerWindow({ during: expr.over }, place);
  if (over === null) return null;
  const ir: MovingIr = { from: from.ir, to: to.ir, curve: lowered, ...(over === undefined ? {} : { over }) };
  return { type: from.type, ir: { moving: ir }, ends };
}

/** A lone curve word, or a declared curve as an expression over `t`. */
export function lowerCurve(curve: Curve, place: Place): CurveIr | null {
  const { along } = curve;
  if (curve.name !== "along" || along === undefined) return curve.name === "along" ? null : curve.name;
  const { module } = place.scope;
  const name = along.name.text;
  const declared = lookUp(module, "curve", name);
  if (declared === undefined) {
    if (module.missing.has(name)) return null;
    return reject(place, "P2002", `there is no curve \`${name}\``, along.name.span, {
      ...unknownName("curve", name, along.name.span, namesOf(module, "curve"), { what: "curve" }),
    });
  }
  if (declared.kind !== "curve") return null;
  const context = expressions(place, "plain");
  // The first parameter is the progress, whatever it is called.
  const [progress, ...parameters] = declared.node.params ?? [];
  const bound = bindArguments(
    name,
    parameters,
    along.args ?? [],
    along.span,
    context,
    declared.module,
    infer,
  );
  if (bound === null) return null;
  const bindings = new Map([...declared.module.parameters, ...bound]);
  if (progress !== undefined) bindings.set(progress.name.text, { kind: "counter", ir: "t" });
  const scope = { module: declared.module, bindings };
  const value = infer(declared.node.expr, { ...context, scope, vocabulary: "curve", stack: [declared] });
  if (value === null) return null;
  if (value.type !== "number") {
    return reject(place, "P2020", `curve \`${name}\` does not give a number`, along.name.span);
  }
  // Without arguments its declaration is what is wrong; with them, this use may be.
  const plain = parameters.length === 0;
  const where = plain ? { scope, report: place.report } : context;
  const span = plain ? declared.node.expr.span : along.span;
  return leadsFrom0To1(name, value.ir, span, where) ? { name, expr: value.ir } : null;
}

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
): true | null {
  const at = (t: number) => evaluate(expr, new Map([["t", t]]));
  const refuse = (message: string, help: string): null =>
    reject(context, "P3018", message, span, { label, help });
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
