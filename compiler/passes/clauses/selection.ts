import type { Pattern, Selection } from "../../../grammar/ast.js";
import type { PatternIr, SelectionIr } from "../../ir/types.js";
import { infer } from "../expressions/infer.js";
import { describe } from "../expressions/describe.js";
import { expressions, reject, type Place } from "../lowering.js";
import { lowerTyped } from "./typed.js";

/** Which layers a statement speaks of; every candidate when nothing is written. */
export function lowerSelection(selection: Selection | undefined, place: Place): SelectionIr | null {
  if (selection === undefined) return { include: [], exclude: [] };
  const include = lowerPatterns(selection.include, place);
  const exclude = lowerPatterns(selection.exclude, place);
  if (include === null || exclude === null) return null;
  if (selection.where === undefined) return { include, exclude };
  const where = infer(selection.where, expressions(place, "layer"));
  if (where === null) return null;
  if (where.type !== "boolean") {
    return reject(
      place,
      "P2020",
      `\`where\` takes a condition, and this is ${describe(where.type)}`,
      selection.where.span,
      {
        help: "compare a fact of the layer: `where kind = conv2d and params > 1000`",
      },
    );
  }
  return { include, exclude, where: where.ir };
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
  if (pattern.quoted) return { glob: pattern.text };
  const binding = place.scope.bindings.get(pattern.text);
  if (binding?.kind === "layer") return { variable: binding.ir };
  if (pattern.text === "first" || pattern.text === "last") return { place: pattern.text };
  return { glob: pattern.text };
}
