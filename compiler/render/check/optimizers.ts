import type { ExprIr, OptimizerIr, PointIr, TrainIr, ValueIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";
import { optimizers } from "../../../core/ir/optimizers.js";
import { defaultOptimizer } from "../../../core/schedule/default-optimizer.js";

/**
 * What a phase trains with, as a program would write it; null where its own text says so. `last`: the rate at which the phase before it
 * ended, null where that is not known; unset where none ran. `rewound`: the program rewinds rates, and a phase that names no optimizer
 * goes on from there.
 */
export function trainsWith(
  { optimizer, finetune, text }: TrainIr,
  { last, rewound }: { readonly last: number | null | undefined; readonly rewound: boolean },
  network: Network | undefined,
): string | null {
  if (optimizer !== undefined) return /\bwith\b/.test(text) ? null : optimizerText(optimizer);
  const trained = last !== undefined;
  if (finetune && trained) {
    const rate = last === null || rewound ? "" : `, ${last}`;
    return `the optimizer of the phase before at its last rate${rate}`;
  }
  const usual = optimizerText(defaultOptimizer(network?.trainingConfig ?? null));
  const otherwise = finetune ? `${usual} at a tenth of its rate` : usual;
  return rewound && trained ? `${otherwise}, or the rate rewound to` : otherwise;
}

/** The rate that a phase comes to, where its text or what is usual says a number; `last` as above. */
export function endsAt(
  { optimizer, finetune }: TrainIr,
  last: number | null | undefined,
  network: Network | undefined,
): number | null {
  if (optimizer === undefined && finetune) return last ?? null;
  const { name, rate } = optimizer ?? defaultOptimizer(network?.trainingConfig ?? null);
  const end = rate ?? optimizers[name].rate;
  if (typeof end === "number") return end;
  return typeof end === "object" && "moving" in end && typeof end.moving.to === "number"
    ? end.moving.to
    : null;
}

function optimizerText({ name, rate, args }: OptimizerIr): string {
  const all = { rate: rateText(rate ?? optimizers[name].rate), ...mapped(args) };
  return `${name}(${Object.entries(all)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")})`;
}

const mapped = (args: OptimizerIr["args"]): Record<string, string> =>
  Object.fromEntries(Object.entries(args).map(([key, value]) => [key, exprText(value)]));

function rateText(rate: NonNullable<OptimizerIr["rate"]>): string {
  if (typeof rate !== "object" || !("steps" in rate)) return valueText(rate);
  const { base, at, by } = rate.steps;
  return `steps(${exprText(base)}, at: [${at.map(pointText).join(", ")}], by: ${exprText(by)})`;
}

function valueText(value: ValueIr): string {
  if (typeof value !== "object" || !("moving" in value)) return exprText(value);
  const { from, to, curve } = value.moving;
  return `${exprText(from)} -> ${exprText(to)} ${typeof curve === "string" ? curve : `along ${curve.name}`}`;
}

const pointText = (point: PointIr): string =>
  "epochs" in point
    ? exprText(point.epochs)
    : "steps" in point
      ? `${exprText(point.steps)} steps`
      : exprText(point.share);

/** Plain numbers and counters, and what is worked out of them. */
function exprText(expr: ExprIr): string {
  if (typeof expr !== "object") return String(expr);
  const [operator, ...args] = expr;
  const [left, right] = args.map(exprText);
  return right === undefined || args.length > 2
    ? `${operator}(${args.map(exprText).join(", ")})`
    : `${left} ${operator} ${right}`;
}
