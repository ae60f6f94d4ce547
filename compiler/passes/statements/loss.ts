import type { Argument, Expr } from "../../../grammar/ast.js";
import { losses, type LossIr, type LossName } from "../../../core/ir/types.js";
import { lowerKnown, oneOf, type NumberRange } from "../clauses/typed.js";
import { reject, type Place } from "../lowering.js";
import { ownNames } from "../module.js";

const ranges = {
  delta: { least: 0, above: true },
  "label-smoothing": { least: 0, most: 1, below: true },
  "class-weights": { least: 0 },
} satisfies Readonly<Record<string, NumberRange>>;
type ArgumentName = keyof typeof ranges;

function argumentsOf(name: LossName): readonly ArgumentName[] {
  if (name === "huber") return ["delta"];
  return name.endsWith("cross-entropy") ? ["label-smoothing", "class-weights"] : [];
}

const isLoss = (name: string): name is LossName => losses.some((one) => one === name);

/** `minimizing cross-entropy(class-weights: [1, 4])`, `minimizing huber(delta: 1)`. */
export function lowerLoss(expr: Expr, place: Place): LossIr | null {
  const [first, ...rest] = expr.kind === "ref" ? expr.path : expr.kind === "call" ? expr.callee : [];
  if (first === undefined || rest.length > 0) {
    return reject(place, "P2020", "what is minimized is a loss", expr.span, {
      help: `losses are ${losses.map((loss) => `\`${loss}\``).join(", ")}`,
    });
  }
  const { javascript, missing } = place.scope.module;
  if (missing.has(first.text)) return null;
  if (javascript.has(`loss ${first.text}`)) {
    const [argument] = expr.kind === "call" ? expr.args : [];
    if (argument === undefined) return first.text;
    return reject(place, "P2023", "a loss in JavaScript takes no arguments", argument.span, {
      help: `write the value into the file, or export one loss for each`,
    });
  }
  const name = oneOf(first, [...losses, ...ownNames(place.scope.module, "loss")], "loss", place, "loss");
  if (name === null || !isLoss(name)) return null;
  const known = argumentsOf(name);
  const args = new Map<string, number | readonly number[]>();
  for (const argument of expr.kind === "call" ? expr.args : []) {
    const key = known.find((one) => one === argument.name?.text);
    const span = argument.name?.span ?? argument.span;
    if (key === undefined) {
      const given = argument.name?.text ?? "unnamed argument";
      return reject(place, "P2023", `\`${name}\` takes no \`${given}\``, span, {
        help: known.length === 0 ? undefined : `it takes ${known.map((one) => `\`${one}\``).join(" and ")}`,
      });
    }
    if (args.has(key)) return reject(place, "P2024", `\`${key}\` is given twice`, span);
    const value =
      key === "class-weights"
        ? lowerWeights(argument, name, place)
        : lowerKnown(argument.value, ranges[key], `\`${key}\``, place);
    if (value === null) return null;
    args.set(key, value);
  }
  return args.size === 0 ? name : { name, args: Object.fromEntries(args) };
}

/** How much each class counts, by its index; of a binary cross-entropy the sides 0 and 1. */
function lowerWeights({ value }: Argument, loss: LossName, place: Place): readonly number[] | null {
  const help = "write one number for each class, as in `class-weights: [1, 4]`";
  if (value.kind !== "list") return reject(place, "P2020", "`class-weights` is a list", value.span, { help });
  const weights: number[] = [];
  for (const item of value.items) {
    const weight = lowerKnown(item, ranges["class-weights"], "a weight of a class", place);
    if (weight === null) return null;
    weights.push(weight);
  }
  if (loss === "binary-cross-entropy" ? weights.length !== 2 : weights.length < 2) {
    const wanted =
      loss === "binary-cross-entropy" ? "two numbers, for 0 and for 1" : "a number for each class";
    return reject(place, "P3027", `\`class-weights\` of \`${loss}\` lists ${wanted}`, value.span);
  }
  if (weights.every((weight) => weight === 0))
    return reject(place, "P3027", "some class has to count", value.span);
  return weights;
}
