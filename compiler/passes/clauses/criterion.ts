import type { CallLike, Criterion, Structure } from "../../../grammar/ast.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { isChannelwise } from "../../../core/units/candidates.js";
import { needsData, needsOf } from "../../../core/expr/needs.js";
import type { CriterionIr, ExprIr, Need } from "../../../core/ir/types.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { describe } from "../expressions/describe.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";
import { sourceText } from "../scope.js";
import { canPull } from "./penalty.js";
import { inRange } from "./range.js";
import { constant, lowerTyped } from "./typed.js";

/** Batches for one event: more would never end. */
const mostBatches = 1e6;
const objectives: readonly string[] = ["loss", "synflow"];
const elementStructures: ReadonlySet<string> = new Set(["weights", "taps", "n:m"]);
const unitTensors: readonly Need[] = ["gamma", "beta", "a", "ga"];

/** How units are scored (or penalized): its expression with every declared name put in, and what computing it needs. */
export function lowerCriterion(
  criterion: Criterion,
  structure: Structure["name"],
  place: Place,
  vocabulary: "score" | "penalty" = "score",
): CriterionIr | null {
  const found: CallLike[] = [];
  const value = infer(criterion.expr, { ...expressions(place, vocabulary), under: { found } });
  if (value === null) return null;
  const { span } = criterion.expr;
  if (value.type === "share") {
    return reject(place, "P2029", "a percentage stands where the score is meant", span, {
      help: "say by what and how much: `by l1 50%`",
    });
  }
  const isScore = value.type === "unit" || value.type === "element" || value.type === "activation";
  if (!isScore) {
    return reject(place, "P2030", `a score reads the units, and this is ${describe(value.type)}`, span, {
      help: "use the tensors of units (`w`, `g`, `a`, `gamma`, …) or a declared criterion: `by l1`",
    });
  }
  const byElement = elementStructures.has(structure);
  if (byElement && value.type === "activation") {
    return reject(place, "P2031", `activations belong to whole units, not to ${structure}`, span, {
      help: "score `filters`, `neurons` or `units` by them",
    });
  }
  const ir: ExprIr = value.type === "unit" || byElement ? value.ir : ["sum", value.ir];
  const needs = needsOf(ir);
  if (vocabulary === "penalty" && !canPull(ir, needs, structure, span, place)) return null;
  if (!available(ir, needs, structure, span, place)) return null;
  const under = lowerObjective(criterion.under, found, place);
  if (under === null) return null;
  const over = lowerOver(criterion, needs, under, place);
  if (over === undefined) return null;
  return { name: sourceText(place.scope.module, span), expr: ir, needs, under, over };
}

/** Refuses what is not available yet and what has no meaning for the structure. */
function available(ir: ExprIr, needs: readonly Need[], structure: string, span: Span, place: Place): boolean {
  const second = needs.find((need) => need === "h" || need === "hg");
  if (second !== undefined) {
    reject(place, "P8005", `\`${second}\` needs second derivatives, which are not available yet`, span, {
      help: "first-order scores are: `by taylor`, `by snip`",
    });
    return false;
  }
  const gate =
    needs.find((need) => need === "gate" || need === "alpha") ?? (mentions(ir, "snr") ? "snr" : undefined);
  if (gate !== undefined) {
    reject(place, "P8003", `\`${gate}\` belongs to learned masks, which are not available yet`, span);
    return false;
  }
  const perUnit = needs.find((need) => unitTensors.includes(need));
  const channelwise =
    structure === "layers" || (structure !== "n:m" && isChannelwise(asStructure(structure)));
  if (perUnit !== undefined && !channelwise) {
    reject(place, "P2031", `\`${perUnit}\` belongs to whole units, not to ${structure}`, span, {
      help: "score `filters`, `neurons` or `units` by it",
    });
    return false;
  }
  return true;
}

function asStructure(name: string): "filters" | "weights" | "channels" | "neurons" | "units" {
  return name === "filters" || name === "channels" || name === "neurons" || name === "units"
    ? name
    : "weights";
}

function mentions(expr: ExprIr, name: string): boolean {
  if (typeof expr === "string") return expr === name;
  return typeof expr !== "number" && expr.slice(1).some((part) => mentions(part, name));
}

/** The objective that gradients differentiate: the clause's, else the declaration's, else the loss. */
function lowerObjective(
  written: CallLike | undefined,
  found: readonly CallLike[],
  place: Place,
): CriterionIr["under"] | null {
  const chosen = written ?? found[0];
  if (chosen === undefined) return "loss";
  const name = chosen.name.text;
  const other = found.find((one) => one.name.text !== name);
  if (other !== undefined) {
    return reject(
      place,
      "P3026",
      `one score cannot differentiate both \`${name}\` and \`${other.name.text}\``,
      (written ?? other).span,
    );
  }
  if (name === "loss" || name === "synflow") {
    if (chosen.args !== undefined && chosen.args.length > 0) {
      return reject(place, "P2023", `\`${name}\` takes no arguments`, chosen.span);
    }
    return name;
  }
  return reject(place, "P2002", `there is no objective \`${name}\``, chosen.name.span, {
    help: similar(name, objectives) ?? "gradients are of `loss` or of `synflow`",
  });
}

/** How many batches a score averages over; undefined once a mistake was reported. */
function lowerOver(
  criterion: Criterion,
  needs: readonly Need[],
  under: CriterionIr["under"],
  place: Place,
): CriterionIr["over"] | undefined {
  const data = needsData(needs, under);
  if (criterion.over === undefined) return data ? { batches: 1 } : null;
  const { batches, span } = criterion.over;
  if (!data) {
    reject(place, "P3026", "this score reads no data, so there are no batches to take it over", span, {
      help: "leave `over …` out",
    });
    return undefined;
  }
  if (batches === "training") return "training";
  const count = lowerTyped(batches, ["number"], "a number of batches", place);
  if (count === null) return undefined;
  if (typeof count.ir === "number" && (count.ir < 1 || !Number.isInteger(count.ir))) {
    reject(place, "P3007", "batches are counted in whole numbers from 1", batches.span);
    return undefined;
  }
  if (!inRange(constant(count), { most: mostBatches }, "a number of batches", batches.span, place))
    return undefined;
  return { batches: count.ir };
}
