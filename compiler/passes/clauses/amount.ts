import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import type { Amount, Curve, Expr, Structure } from "../../../grammar/ast.js";
import type { AmountIr, BudgetLimit, SearchLimit } from "../../../core/ir/types.js";
import { replace } from "../../../core/diagnostics/create.js";
import { isCoded, isDense, measureNames, sizeNames } from "../../../core/ir/sizes.js";
import { isCounted } from "../../../core/choose/budget.js";
import { isSlimmable } from "../../../core/units/candidates.js";
import { percent, unitHelp } from "../expressions/arguments.js";
import { describe } from "../scope.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";
import { lowerCurve, lowerMoving } from "./moving.js";
import { isReadable } from "./reads.js";
import { checkTyped, constant, lowerTyped, shareInRange, warnIdle } from "./typed.js";

/** How much goes: a share of the living, a count, a target, what is kept, a threshold or a budget. */
export function lowerAmount(
  amount: Amount,
  structure: Structure["name"],
  curve: Curve | undefined,
  place: Place,
): AmountIr | null {
  switch (amount.kind) {
    case "drop":
      return lowerDrop(amount.value, curve, place);
    case "target": {
      const value = infer(amount.value, expressions(place, "plain"));
      if (value === null) return null;
      if (value.type === "number" && typeof value.ir === "number" && value.ir > 1) {
        return reject(
          place,
          "P2021",
          "`to` takes the share of all units that shall be dead",
          amount.value.span,
          { help: `write \`to ${percent(value.ir)}\`, or \`keep ${value.ir}\` to leave ${value.ir}` },
        );
      }
      const target = checkTyped(value, amount.value, ["share"], "a target", place);
      if (target === null || !shareInRange(constant(target), amount.value.span, "a target", place))
        return null;
      warnIdle([constant(target)], "a target of 0% kills nothing", amount.value.span, place);
      return { to: target.ir };
    }
    case "moving-target":
      return lowerMovingTarget(amount, curve, place);
    case "keep":
      return lowerKeep(amount, structure, place);
    case "budget":
      return lowerBudget(amount.condition, structure, place);
    case "moving-budget":
      return lowerMovingBudget(amount, structure, curve, place);
    case "threshold": {
      const value = infer(amount.value, expressions(place, "threshold"));
      if (value === null) return null;
      if (value.type !== "number") {
        return reject(
          place,
          value.type === "share" ? "P2020" : "P2030",
          `a threshold is a number, not ${describe(value.type)}`,
          amount.value.span,
          { help: value.type === "share" ? "a share that shall be dead is written `to 90%`" : undefined },
        );
      }
      if (checkTyped(value, amount.value, ["number"], "a threshold", place) === null) return null;
      if (!isReadable(value.ir, structure, "event", amount.value.span, place)) return null;
      return amount.side === "below" ? { below: value.ir } : { above: value.ir };
    }
  }
}

function lowerDrop(expr: Expr, curve: Curve | undefined, place: Place): AmountIr | null {
  const value = lowerMoving(expr, ["share", "number"], "an amount", place, curve);
  if (value === null) return null;
  if (value.type === "share") {
    for (const end of value.ends) if (!shareInRange(end, expr.span, "an amount", place)) return null;
    warnIdle(value.ends, "an amount of 0% does nothing", expr.span, place);
    return { drop: value.ir };
  }
  for (const end of value.ends) {
    if (end === null) continue;
    if (end > 0 && end < 1) {
      return reject(place, "P2021", "an amount is a percentage or a whole number of units", expr.span, {
        help: `write \`${percent(end)}\` for a share of the living`,
        fixes: expr.kind === "number" ? [replace("write a percentage", expr.span, percent(end))] : undefined,
      });
    }
    if (end < 0 || !Number.isInteger(end)) {
      return reject(place, "P3007", "an amount is a percentage or a whole number of units", expr.span);
    }
  }
  warnIdle(value.ends, "an amount of 0 does nothing", expr.span, place);
  return { count: value.ir };
}

function lowerMovingTarget(
  amount: Extract<Amount, { kind: "moving-target" }>,
  curve: Curve | undefined,
  place: Place,
): AmountIr | null {
  const from = lowerTyped(amount.from, ["share"], "a target", place);
  const to = lowerTyped(amount.to, ["share"], "a target", place);
  if (from === null || to === null) return null;
  if (!shareInRange(constant(from), amount.from.span, "a target", place)) return null;
  if (!shareInRange(constant(to), amount.to.span, "a target", place)) return null;
  const whole = { start: amount.from.span.start, end: amount.to.span.end };
  warnIdle([constant(from), constant(to)], "a target that stays at 0% kills nothing", whole, place);
  const lowered = curve === undefined ? "linear" : lowerCurve(curve, place);
  if (lowered === null) return null;
  // Geometric in the kept share, which must not be zero at either end.
  if (lowered === "exponential" && (from.ir === 1 || to.ir === 1)) {
    const span = to.ir === 1 ? amount.to.span : amount.from.span;
    return reject(
      place,
      "P3010",
      "an exponential target is geometric in the kept share, and this keeps nothing",
      span,
      { help: "end below 100%: `from 0% to 99% exponential`" },
    );
  }
  return { to: { moving: { from: from.ir, to: to.ir, curve: lowered } } };
}

function lowerKeep(
  amount: Extract<Amount, { kind: "keep" }>,
  structure: Structure["name"],
  place: Place,
): AmountIr | null {
  const value = infer(amount.value, expressions(place, "plain"));
  if (value === null) return null;
  if (value.type === "share") {
    const left = typeof value.ir === "number" ? percent(1 - value.ir) : null;
    return reject(place, "P2020", "`keep` takes a number of units", amount.span, {
      help:
        left === null
          ? "a share that shall be dead is written `to 90%`"
          : `to leave ${percent(Number(value.ir))}, write \`to ${left}\``,
      fixes: left === null ? [] : [replace("write the share that goes", amount.span, `to ${left}`)],
    });
  }
  const count = checkTyped(value, amount.value, ["number"], "what is kept", place);
  if (count === null) return null;
  const number = constant(count);
  if (number !== null && (number < 1 || !Number.isInteger(number))) {
    return reject(place, "P3007", "what is kept is a whole number from 1", amount.value.span);
  }
  if (amount.each && structure !== "taps") {
    return reject(
      place,
      "P3026",
      `\`each\` counts per kernel and belongs to taps, not to ${structure}`,
      amount.span,
      { help: "leave `each` out: `keep` counts per layer when local" },
    );
  }
  return amount.each ? { keepEach: count.ir } : { keep: count.ir };
}

/** `to macs <= 50% and params <= 1M`: limits on sizes of the network, each with `<=`. */
export function lowerBudget(
  condition: Expr,
  structure: Structure["name"],
  place: Place,
): Pick<AmountIr, "budget"> | null {
  const limits = limitsOf(condition, structure, place);
  return limits === null ? null : { budget: limits.filter(isCounted) };
}

/** `from 100% to macs <= 40%`: every limit moves there from where it starts, in the same unit. */
function lowerMovingBudget(
  { from, condition }: Extract<Amount, { kind: "moving-budget" }>,
  structure: Structure["name"],
  curve: Curve | undefined,
  place: Place,
): AmountIr | null {
  const limits = limitsOf(condition, structure, place)?.filter(isCounted);
  const [first, ...others] = limits ?? [];
  if (first === undefined) return null;
  const isTime = ({ measure }: BudgetLimit): boolean => measure === "latency";
  const mixed = others.some(
    (other) => other.relative !== first.relative || (!first.relative && isTime(other) !== isTime(first)),
  );
  if (mixed)
    return reject(
      place,
      "P3026",
      "limits that move together are all percentages or all numbers",
      condition.span,
    );
  const unit = first.measure === "latency" ? "time" : "number";
  const start = lowerTyped(from, [first.relative ? "share" : unit], "where the limit starts", place);
  if (start === null || (first.relative && !shareInRange(constant(start), from.span, "a limit", place)))
    return null;
  const low = limits?.find(
    ({ value }) => typeof value === "number" && typeof start.ir === "number" && value > start.ir,
  );
  if (low !== undefined)
    return reject(place, "P3007", "a limit starts above where it ends", from.span, {
      help: "start at `100%`",
    });
  const lowered = curve === undefined ? "linear" : lowerCurve(curve, place);
  if (lowered === null) return null;
  const moved = (to: BudgetLimit["value"]): BudgetLimit["value"] =>
    typeof to === "object" && "moving" in to ? to : { moving: { from: start.ir, to, curve: lowered } };
  return { budget: (limits ?? []).map((limit) => ({ ...limit, value: moved(limit.value) })) };
}

/** Limits joined by `and`, of a cut by what dies, or of a search (null), which knows more of a trial once it has run. */
export function limitsOf(
  expr: Expr,
  structure: Structure["name"] | null,
  place: Place,
  depth = 0,
): readonly SearchLimit[] | null {
  if (expr.kind === "paren") return limitsOf(expr.inner, structure, place, depth + 1);
  if (expr.kind !== "binary" || depth > 20) return wrong(expr, place);
  if (expr.op === "and") {
    const left = limitsOf(expr.left, structure, place, depth + 1);
    const right = limitsOf(expr.right, structure, place, depth + 1);
    return left === null || right === null ? null : [...left, ...right];
  }
  if (expr.op !== "<=" || expr.left.kind !== "ref") return wrong(expr, place);
  const name = expr.left.path.map((part) => part.text).join(".");
  const measure = measureNames.find((known) => known === name);
  if (measure !== undefined && isCoded(measure) && structure !== null)
    return reject(place, "P3028", `no cut can be chosen by \`${measure}\``, expr.left.span, {
      notes: ["what a code takes hangs on the values that are left, and on what training makes of them"],
      help: `limit \`nonzero params\`, and ask for the rest once it stands: \`require ${measure} <= 10%\``,
      fixes: [replace("limit `nonzero params`", expr.left.span, "nonzero params")],
    });
  if (measure === undefined) {
    return reject(place, "P3028", `a budget limits sizes, and \`${name}\` is none`, expr.left.span, {
      ...unknownName("measure", name, expr.left.span, structure === null ? measureNames : sizeNames, {
        otherwise: "limit `macs`, `params`, `bytes`, `nonzero params`, `nonzero macs` or `latency`",
      }),
    });
  }
  if (structure !== null && isDense(measure) && !isSlimmable(structure)) {
    const nonzero = measure === "macs" ? "nonzero macs" : "nonzero params";
    return reject(place, "P3057", `no ${structure} that die make \`${measure}\` smaller`, expr.left.span, {
      notes: ["dead weights are zeros in tensors of the same size"],
      ...(measure === "latency"
        ? { help: "prune filters, neurons or units" }
        : {
            help: `limit \`${nonzero}\`, or prune filters, neurons or units`,
            fixes: [replace(`limit \`${nonzero}\``, expr.left.span, nonzero)],
          }),
    });
  }
  const value = infer(expr.right, expressions(place, "plain"));
  if (value === null) return null;
  const unit = measure === "latency" ? "time" : "number";
  if (value.type !== "share" && value.type !== unit) {
    return reject(
      place,
      "P2020",
      `a limit of \`${measure}\` is a percentage of the network as loaded or ${describe(unit)}, not ${describe(value.type)}`,
      expr.right.span,
      {
        help: value.type === "time" ? "times limit `latency`: `to latency <= 5 ms`" : unitHelp(value, unit),
        fixes:
          unit === "time" && expr.right.kind === "number"
            ? [replace("write a time", expr.right.span, `${expr.right.raw} ms`)]
            : [],
      },
    );
  }
  if (checkTyped(value, expr.right, ["share", unit], "a limit", place) === null) return null;
  if (typeof value.ir === "number" && (value.ir <= 0 || (value.type === "share" && value.ir > 1))) {
    return reject(place, "P3007", "a limit lies above 0 and at most at 100% of the network", expr.right.span);
  }
  return [{ measure, relative: value.type === "share", value: value.ir }];
}

function wrong(expr: Expr, place: Place): null {
  return reject(place, "P3028", "a budget is made of limits joined by `and`", expr.span, {
    help: "write `to macs <= 50%` or `to macs <= 50% and params <= 1M`",
  });
}
