import { selecting } from "../../../core/units/select.js";
import type { Pattern, Selection } from "../../../grammar/ast.js";
import type { ExprIr, PatternIr, SelectionIr } from "../../../core/ir/types.js";
import { infer } from "../expressions/infer.js";
import { describe } from "../scope.js";
import { expressions, reject, type Place } from "../lowering.js";
import { lowerTyped } from "./typed.js";

/** Which layers a statement speaks of; every candidate when nothing is written. */
export function lowerSelection(selection: Selection | undefined, place: Place): SelectionIr | null {
  if (selection === undefined) return {};
  const include = lowerPatterns(selection.include, place);
  const exclude = lowerPatterns(selection.exclude, place);
  if (include === null || exclude === null) return null;
  const layers = { ...selecting("in", include), ...selecting("except", exclude) };
  if (selection.where === undefined) return layers;
  const where = infer(selection.where, expressions(place, "layer"));
  if (where === null) return null;
  if (where.type !== "boolean") {
    return reject(
      place,
      "P2020",
      `\`where\` takes a condition, and this is ${describe(where.type)}`,
      selection.where.span,
      { help: "compare a fact of the layer: `where kind = conv2d and params > 1000`" },
    );
  }
  return { ...layers, where: lowercaseKinds(where.ir) };
}

function lowerPatterns(patterns: readonly Pattern[], place: Place): readonly PatternIr[] | null {
  const lowered = patterns.map((pattern) => lowerPattern(pattern, place));
  const good = lowered.filter((pattern) => pattern !== null);
  return good.length === lowered.length ? good : null;
}

function lowerPattern(pattern: Pattern, place: Place): PatternIr | null {
  if (pattern.kind === "layer-range") {
    const from = lowerTyped(pattern.range.from, ["number"], "a layer's number", place);
    const to = lowerTyped(pattern.range.to, ["number"], "a layer's number", place);
    if (from === null || to === null) return null;
    const whole = (value: unknown): value is number =>
      typeof value === "number" && Number.isInteger(value) && value >= 1;
    if (!whole(from.ir) || !whole(to.ir)) {
      return reject(place, "P3022", "layers are whole numbers and count from 1", pattern.span);
    }
    if (from.ir > to.ir) return reject(place, "P3023", "the range ends before it begins", pattern.span);
    return { range: [from.ir, to.ir] };
  }
  if (pattern.quoted) return pattern.text;
  const binding = place.scope.bindings.get(pattern.text);
  if (binding?.kind === "layer") return { variable: binding.ir };
  if (pattern.text === "first" || pattern.text === "last") return { place: pattern.text };
  return pattern.text;
}

/** Kinds are lowercase class names: `kind = Conv2D` means the same as `kind = conv2d`. */
function lowercaseKinds(expr: ExprIr): ExprIr {
  if (typeof expr === "number" || typeof expr === "string") return expr;
  const [operator, left, right] = expr;
  const isText = (side: ExprIr | undefined): side is readonly [string, ...ExprIr[]] =>
    typeof side === "object" && side[0] === "string" && typeof side[1] === "string";
  const lower = (side: readonly [string, ...ExprIr[]]): ExprIr => ["string", String(side[1]).toLowerCase()];
  if (left === "kind" && isText(right)) return [operator, left, lower(right)];
  if (right === "kind" && isText(left)) return [operator, lower(left), right];
  return operator === "string" ? expr : [operator, ...expr.slice(1).map(lowercaseKinds)];
}
