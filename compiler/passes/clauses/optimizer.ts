import type { Argument, CallLike, Expr } from "../../../grammar/ast.js";
import {
  clips,
  isSwitch,
  optimizerNames,
  optimizers,
  type OptimizerArgument,
  type OptimizerName,
  type switches,
} from "../../../core/ir/optimizers.js";
import type { ExprIr, OptimizerIr, PointIr } from "../../../core/ir/types.js";
import { reject, type Place } from "../lowering.js";
import { lowerArguments, type Readers } from "./call-arguments.js";
import { lowerMoving } from "./moving.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import type { Typed } from "../scope.js";
import {
  constant,
  inRange,
  lowerTyped,
  lowerWithin,
  oneOf,
  shareInRange,
  type NumberRange,
} from "./typed.js";

/** What the numbers among them can mean; a rate has its own clause. */
const ranges: Readonly<
  Record<Exclude<OptimizerArgument, (typeof switches)[number]> | (typeof clips)[number], NumberRange>
> = {
  "weight-decay": { least: 0, plausible: 1 },
  "clip-norm": { least: 0, above: true },
  "clip-value": { least: 0, above: true },
  momentum: { least: 0, most: 1, below: true },
  rho: { least: 0, most: 1, below: true },
  beta1: { least: 0, most: 1, below: true },
  beta2: { least: 0, most: 1, below: true },
  // At 0 a weight without gradient would become 0/0.
  epsilon: { least: 0, above: true, plausible: 1 },
};
const rangeOf = new Map<string, NumberRange>(Object.entries(ranges));
const rates: NumberRange = { least: 0, plausible: 10 };
type Rate = NonNullable<OptimizerIr["rate"]>;

/** `sgd(rate: 0.1, momentum: 0.9)`: known arguments only, each once, in its range. */
export function lowerOptimizer(written: CallLike, place: Place): OptimizerIr | null {
  const name = oneOf(written.name, optimizerNames, "optimizer", place, "optimizer");
  if (name === null) return null;
  const given = lowerArguments(name, written.args, readersOf(name, place), place);
  if (given === null) return null;
  const { rate, ...args } = given as Pick<OptimizerIr, "rate"> & OptimizerIr["args"];
  if (args["nesterov"] === 1 && (args["momentum"] ?? 0) === 0) {
    const nesterov = written.args?.find((argument) => argument.name?.text === "nesterov");
    reject(place, "P3029", "`nesterov` does nothing without `momentum`", nesterov?.span ?? written.span, {
      help: "write `momentum: 0.9, nesterov: true`",
    });
  }
  return { name, ...(rate !== undefined && { rate }), args };
}

/** What an optimizer takes. */
function readersOf(name: OptimizerName, place: Place): Readers<Record<string, Rate>> {
  const keys = ["weight-decay", ...clips, ...Object.keys(optimizers[name].args)];
  const numbers = keys.map((key) => [
    key,
    (expr: Expr): ExprIr | null =>
      isSwitch(key)
        ? lowerSwitch(expr, place)
        : lowerWithin(expr, rangeOf.get(key) ?? {}, `\`${key}\``, place),
  ]);
  return { rate: (expr: Expr) => lowerRate(expr, place), ...Object.fromEntries(numbers) };
}

function lowerRate(expr: Expr, place: Place): Rate | null {
  if (expr.kind === "call" && expr.callee.length === 1 && expr.callee[0]?.text === "steps")
    return lowerPieces(expr.args, expr, place);
  const rate = lowerMoving(expr, ["number"], "a learning rate", place);
  if (rate === null) return null;
  if (!rate.ends.every((end) => inRange(end, rates, "a learning rate", expr.span, place))) return null;
  if (rate.ends.every((end) => end === 0))
    reject(place, "P3029", "at a learning rate of 0 nothing trains", expr.span);
  return rate.ir;
}

/** `steps(0.1, at: [60, 80], by: 0.1)`: the rate is multiplied at the end of each of these epochs. */
function lowerPieces(args: readonly Argument[], expr: Expr, place: Place): Rate | null {
  const base = args.find((argument) => argument.name === undefined);
  const at = args.find((argument) => argument.name?.text === "at");
  const by = args.find((argument) => argument.name?.text === "by");
  const other = args.find((argument) => argument !== base && argument !== at && argument !== by);
  const help = "write `steps(0.1, at: [60, 80], by: 0.1)`";
  if (other !== undefined)
    return reject(place, "P2023", "`steps` takes a rate, `at` and `by`", other.span, { help });
  if (base === undefined || at === undefined) {
    return reject(
      place,
      "P2022",
      `\`steps\` needs ${base === undefined ? "the rate it starts with" : "`at`"}`,
      expr.span,
      { help },
    );
  }
  const start = lowerWithin(base.value, rates, "a learning rate", place);
  const factor = by === undefined ? 0.1 : lowerWithin(by.value, { least: 0, idle: 1 }, "`by`", place);
  const moments: PointIr[] = [];
  for (const item of at.value.kind === "list" ? at.value.items : [at.value]) {
    const moment = lowerTyped(item, ["number", "epochs", "steps", "share"], "a moment", place);
    if (moment === null || !isMoment(moment, item.span, place)) return null;
    if (moment.type === "share") moments.push({ share: moment.ir });
    else moments.push(moment.type === "steps" ? { steps: moment.ir } : { epochs: moment.ir });
  }
  return start === null || factor === null ? null : { steps: { base: start, at: moments, by: factor } };
}

/** Moments of `steps` are whole epochs or steps from 1, or shares of the phase. */
function isMoment(moment: Typed, span: Span, place: Place): true | null {
  const value = constant(moment);
  if (moment.type === "share") return shareInRange(value, span, "a moment", place);
  if (value === null || (value >= 1 && Number.isInteger(value))) return true;
  const unit = moment.type === "steps" ? "steps" : "epochs";
  return reject(place, "P3022", `the rate changes after whole ${unit}, from 1`, span);
}

/** `nesterov: true`, or 1 and 0. */
function lowerSwitch(expr: Expr, place: Place): ExprIr | null {
  if (expr.kind === "ref" && expr.path.length === 1) {
    const word = expr.path[0]?.text;
    if (word === "true" || word === "yes") return 1;
    if (word === "false" || word === "no") return 0;
  }
  const value = lowerTyped(expr, ["number"], "a switch", place);
  if (value === null) return null;
  if (value.ir === 0 || value.ir === 1) return value.ir;
  return reject(place, "P3007", "a switch is `true` or `false`", expr.span);
}
