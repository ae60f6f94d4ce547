import type { Expr } from "../../../grammar/ast.js";
import { losses, type LossIr, type LossName } from "../../../core/ir/types.js";
import { lowerArguments, type Readers } from "../clauses/call-arguments.js";
import { lowerKnown, oneOf, type NumberRange } from "../clauses/typed.js";
import { reject, type Place } from "../lowering.js";
import { ownNames } from "../module.js";

const ranges = {
  delta: { least: 0, above: true },
  "label-smoothing": { least: 0, most: 1, below: true },
  "class-weights": { least: 0 },
} satisfies Readonly<Record<string, NumberRange>>;

/** What a loss takes. */
function readersOf(name: LossName, place: Place): Readers<Exclude<LossIr, string>["args"]> {
  const within = (key: "delta" | "label-smoothing") => (value: Expr) =>
    lowerKnown(value, ranges[key], `\`${key}\``, place);
  if (name === "huber") return { delta: within("delta") };
  if (!name.endsWith("cross-entropy")) return {};
  return {
    "label-smoothing": within("label-smoothing"),
    "class-weights": (value) => lowerWeights(value, name, place),
  };
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
  const args = lowerArguments(name, expr.kind === "call" ? expr.args : [], readersOf(name, place), place);
  return args && (Object.keys(args).length === 0 ? name : { name, args });
}

/** How much each class counts, by its index; of a binary cross-entropy the sides 0 and 1. */
function lowerWeights(value: Expr, loss: LossName, place: Place): readonly number[] | null {
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
