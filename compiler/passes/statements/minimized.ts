import type { Expr } from "../../../grammar/ast.js";
import type { DistillationIr, LossIr, TrainIr } from "../../../core/ir/types.js";
import { lowerArguments } from "../clauses/call-arguments.js";
import { lowerKnown, lowerTyped, type NumberRange } from "../clauses/typed.js";
import { reject, type Place } from "../lowering.js";
import { lowerLoss } from "./loss.js";

type Minimized = Pick<TrainIr, "loss" | "distillation">;

/** A summand, with what it is multiplied by. */
interface Term {
  readonly of: Expr;
  readonly factor: Expr | null;
}

const ranges = {
  temperature: { least: 0, above: true, plausible: 100 },
  weight: { least: 0, above: true },
} satisfies Readonly<Record<string, NumberRange>>;

const written = "`30% * cross-entropy + 70% * distillation(from: start, temperature: 4)`";

/** `minimizing cross-entropy`, `minimizing 30% * cross-entropy + 70% * distillation(from: start)`. */
export function lowerMinimized(expr: Expr, place: Place): Minimized | null {
  const terms = termsOf(expr);
  const teaching = terms.filter(({ of }) => nameOf(of) === "distillation");
  const [teacher, other] = teaching;
  if (teacher === undefined) {
    const loss = lowerAlone(expr, terms, place);
    return loss === null ? null : { loss };
  }
  if (other !== undefined)
    return reject(place, "P2024", "a phase learns from one teacher", other.of.span, {
      help: "let another phase learn from the other one",
    });
  const [beside, more] = terms.filter((term) => term !== teacher);
  if (more !== undefined)
    return reject(place, "P2020", "one loss stands beside a distillation", more.of.span, {
      help: `write ${written}`,
    });
  const weight = lowerWeight(teacher, place);
  const besideWeight = beside === undefined ? 0 : lowerWeight(beside, place);
  const loss = beside === undefined || nameOf(beside.of) === "loss" ? undefined : lowerLoss(beside.of, place);
  const told = lowerDistillation(teacher.of, place);
  if (weight === null || besideWeight === null || loss === null || told === null) return null;
  return { ...(loss !== undefined && { loss }), distillation: { ...told, weight, beside: besideWeight } };
}

/** A loss with no teacher beside it. */
function lowerAlone(expr: Expr, terms: readonly Term[], place: Place): LossIr | null {
  const [first, second] = terms;
  const plain = second === undefined && first?.factor === null;
  if (first === undefined || plain || terms.some(({ of }) => nameOf(of) === null))
    return lowerLoss(expr, place);
  if (second !== undefined)
    return reject(place, "P2020", "losses add up with a distillation alone", second.of.span, {
      help: `write ${written}`,
    });
  return reject(place, "P2020", "a loss alone takes no weight", first.factor?.span ?? expr.span, {
    help: "leave it out: the learning rate says how far a step goes",
  });
}

/** The summands from left to right. */
function termsOf(expr: Expr): readonly Term[] {
  if (expr.kind === "paren") return termsOf(expr.inner);
  if (expr.kind !== "binary") return [{ of: expr, factor: null }];
  if (expr.op === "+") return [...termsOf(expr.left), ...termsOf(expr.right)];
  return expr.op === "*" ? [{ of: expr.right, factor: expr.left }] : [{ of: expr, factor: null }];
}

function nameOf(expr: Expr): string | null {
  const [name, ...rest] = expr.kind === "ref" ? expr.path : expr.kind === "call" ? expr.callee : [];
  return rest.length === 0 ? (name?.text ?? null) : null;
}

/** Percentages and numbers alike: `70%` is 0.7. */
function lowerWeight({ factor }: Term, place: Place): number | null {
  if (factor === null) return 1;
  return lowerKnown(factor, ranges.weight, "the weight of a loss", place, ["number", "share"]);
}

type Told = Pick<DistillationIr, "from" | "temperature">;

function lowerDistillation(expr: Expr, place: Place): Told | null {
  const readers = {
    from: (value: Expr) => lowerTeacher(value, place),
    temperature: (value: Expr) => lowerKnown(value, ranges.temperature, "`temperature`", place),
  };
  const given = lowerArguments("distillation", expr.kind === "call" ? expr.args : [], readers, place);
  if (given === null) return null;
  const { from, ...rest } = given;
  if (from === undefined)
    return reject(place, "P2022", "`distillation` does not say from which network", expr.span, {
      help: '`from: start` is the network as loaded, `from: NAME` that of a mark, `from: "folder"` a saved one',
    });
  return { from, ...rest };
}

/** `start`, the name of a mark, or a text: the place of a saved network. */
function lowerTeacher(expr: Expr, place: Place): DistillationIr["from"] | null {
  const name = expr.kind === "ref" ? nameOf(expr) : null;
  if (name !== null && !place.scope.bindings.has(name)) return name === "start" ? name : { mark: name };
  const text = lowerTyped(expr, ["text"], "the teacher of a distillation", place);
  return text && Array.isArray(text.ir) ? { network: String(text.ir[1]) } : null;
}
