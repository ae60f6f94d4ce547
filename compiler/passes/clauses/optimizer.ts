import type { Argument, CallLike, Expr } from "../../../grammar/ast.js";
import type { ExprIr, OptimizerIr, PointIr } from "../../ir/types.js";
import { replace } from "../../diagnostics/create.js";
import { similar } from "../../diagnostics/nearest.js";
import { reject, type Place } from "../lowering.js";
import { lowerMoving } from "./moving.js";
import { lowerTyped } from "./typed.js";
import { oneOf } from "./words.js";

const shared = ["rate", "weight-decay", "clip-norm", "clip-value"] as const;
const optimizers: ReadonlyMap<OptimizerIr["name"], readonly string[]> = new Map([
  ["sgd", [...shared, "momentum", "nesterov"]],
  ["adam", [...shared, "beta1", "beta2", "epsilon"]],
  ["adamw", [...shared, "beta1", "beta2", "epsilon"]],
  ["rmsprop", [...shared, "rho", "momentum", "epsilon", "centered"]],
]);
const switches: ReadonlySet<string> = new Set(["nesterov", "centered"]);

/** What an optimizer does without a `rate:`. */
const defaultRates: Readonly<Record<OptimizerIr["name"], number>> = {
  sgd: 0.01,
  adam: 1e-3,
  adamw: 1e-3,
  rmsprop: 1e-3,
};

/** `sgd(rate: 0.1, momentum: 0.9)`: known arguments only, each once, in its range. */
export function lowerOptimizer(written: CallLike, place: Place): OptimizerIr | null {
  const name = oneOf(written.name, [...optimizers.keys()], "optimizer", place);
  if (name === null) return null;
  const known = optimizers.get(name) ?? [];
  const args: Record<string, ExprIr> = Object.create(null);
  let rate: OptimizerIr["rate"] = defaultRates[name];
  const seen = new Set<string>();
  for (const argument of written.args ?? []) {
    const key = argument.name?.text;
    if (key === undefined) return unnamed(argument, name, place);
    if (!known.includes(key)) {
      return reject(place, "P2023", `\`${name}\` takes no \`${key}\``, argument.name?.span ?? argument.span, {
        help: similar(key, known, "argument") ?? `it takes ${known.map((one) => `\`${one}\``).join(", ")}`,
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
    const value = switches.has(key)
      ? lowerSwitch(argument.value, place)
      : lowerNonNegative(argument.value, `\`${key}\``, place);
    if (value === null) return null;
    args[key] = value;
  }
  return { name, rate, args: { ...args } };
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

function lowerRate(expr: Expr, place: Place): OptimizerIr["rate"] | null {
  if (expr.kind === "call" && expr.callee.length === 1 && expr.callee[0]?.text === "steps")
    return lowerPieces(expr.args, expr, place);
  const rate = lowerMoving(expr, ["number"], "a learning rate", place);
  if (rate === null) return null;
  if (rate.ends.some((end) => end !== null && end < 0)) {
    return reject(place, "P3011", "a learning rate is not negative", expr.span);
  }
  return rate.ir;
}

/** `steps(0.1, at: [60, 80], by: 0.1)`: the rate is multiplied at the end of each of these epochs. */
function lowerPieces(args: readonly Argument[], expr: Expr, place: Place): OptimizerIr["rate"] | null {
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
  const start = lowerNonNegative(base.value, "a learning rate", place);
  const factor = by === undefined ? 0.1 : lowerNonNegative(by.value, "`by`", place);
  const moments: PointIr[] = [];
  for (const item of at.value.kind === "list" ? at.value.items : [at.value]) {
    const moment = lowerTyped(item, ["number", "epochs", "steps", "share"], "a moment", place);
    if (moment === null) return null;
    if (moment.type === "share") moments.push({ share: moment.ir });
    else moments.push(moment.type === "steps" ? { steps: moment.ir } : { epochs: moment.ir });
  }
  return start === null || factor === null ? null : { steps: { base: start, at: moments, by: factor } };
}

function lowerNonNegative(expr: Expr, what: string, place: Place): ExprIr | null {
  const value = lowerTyped(expr, ["number"], what, place);
  if (value === null) return null;
  if (typeof value.ir === "number" && value.ir < 0)
    return reject(place, "P3011", `${what} is not negative`, expr.span);
  return value.ir;
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
