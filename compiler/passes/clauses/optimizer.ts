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
import { replace } from "../../../core/diagnostics/create.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import { reject, type Place } from "../lowering.js";
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

/** What an optimizer takes. */
const argumentsOf = (name: OptimizerName): readonly string[] => [
  ...new Set(["rate", "weight-decay", ...clips, ...Object.keys(optimizers[name].args)]),
];
/** What the numbers among them can mean; a rate has its own clause. */
const ranges: Readonly<
  Record<Exclude<OptimizerArgument, (typeof switches)[number]> | (typeof clips)[number], NumberRange>
> = {
  "weight-decay": { least: 0, usual: 1 },
  "clip-norm": { least: 0, above: true },
  "clip-value": { least: 0, above: true },
  momentum: { least: 0, most: 1, below: true },
  rho: { least: 0, most: 1, below: true },
  beta1: { least: 0, most: 1, below: true },
  beta2: { least: 0, most: 1, below: true },
  // At 0 a weight without gradient would become 0/0.
  epsilon: { least: 0, above: true, usual: 1 },
};
const rangeOf = new Map<string, NumberRange>(Object.entries(ranges));
const rates: NumberRange = { least: 0, usual: 10 };
type Rate = NonNullable<OptimizerIr["rate"]>;

/** `sgd(rate: 0.1, momentum: 0.9)`: known arguments only, each once, in its range. */
export function lowerOptimizer(written: CallLike, place: Place): OptimizerIr | null {
  const name = oneOf(written.name, optimizerNames, "optimizer", place, "optimizer");
  if (name === null) return null;
  const known = argumentsOf(name);
  const args: Record<string, ExprIr> = Object.create(null);
  let rate: Rate | undefined;
  let nesterov: Span | null = null;
  const seen = new Set<string>();
  for (const argument of written.args ?? []) {
    const key = argument.name?.text;
    if (key === undefined) return unnamed(argument, name, place);
    if (!known.includes(key)) {
      const span = argument.name?.span ?? argument.span;
      return reject(place, "P2023", `\`${name}\` takes no \`${key}\``, span, {
        ...unknownName("argument", key, span, known, { what: "argument" }),
      });
    }
    if (seen.has(key))
      return reject(place, "P2024", `\`${key}\` is given twice`, argument.name?.span ?? argument.span);
    seen.add(key);
    if (key === "rate") {
      const lowered = lowerRate(argument.value, place);
      if (lowered === null) return null;
      rate = lowered;
      continue;
    }
    const value = isSwitch(key)
      ? lowerSwitch(argument.value, place)
      : lowerWithin(argument.value, rangeOf.get(key) ?? {}, `\`${key}\``, place);
    if (value === null) return null;
    args[key] = value;
    if (key === "nesterov" && value === 1) nesterov = argument.span;
  }
  if (nesterov !== null && (args["momentum"] ?? 0) === 0) {
    reject(place, "P3029", "`nesterov` does nothing without `momentum`", nesterov, {
      help: "write `momentum: 0.9, nesterov: true`",
    });
  }
  return { name, ...(rate !== undefined && { rate }), args: { ...args } };
}

function unnamed(argument: Argument, name: string, place: Place): null {
  const { value } = argument;
  const equals = value.kind === "binary" && value.op === "=" && value.left.kind === "ref";
  return reject(place, "P2023", `an argument of \`${name}\` has no name`, argument.span, {
    help: equals ? "an argument's name is followed by `:`" : "name it: `rate: 0.1`",
    fixes: equals
      ? [replace("write `:`", { start: value.left.span.end, end: value.right.span.start }, ": ")]
      : undefined,
  });
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
