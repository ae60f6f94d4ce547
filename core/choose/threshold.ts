import type { ExprIr } from "../ir/types.js";
import { build } from "../expr/expression.js";
import type { Names } from "../expr/expression.js";
import type { Scores } from "../units/keys.js";
import { layerNode } from "../expr/nodes.js";
import { atEntries, layerStatistic } from "../expr/reduce.js";
import type { Space } from "../units/space.js";

/**
 * Units that score under (over) a threshold, among the open ones (1). `layer.mean`, `layer.std` and `layer.max` alone are of the
 * scores; with an argument they are of that expression. A unit of several layers is held against the threshold of its first.
 */
export function beyondThreshold(
  space: Space,
  units: Scores,
  entries: Scores,
  open: Uint8Array,
  side: "below" | "above",
  threshold: ExprIr,
  names: Names,
): Uint8Array {
  const values = new Float64Array(space.entries);
  atEntries(space, build(threshold, space, withScores(names, entries)), values);
  const flags = new Uint8Array(space.units);
  for (let entry = space.entries - 1; entry >= 0; entry--) {
    const unit = space.entryUnit?.[entry] ?? entry;
    const score = units[unit] ?? 0;
    const limit = values[entry] ?? 0;
    const beyond = side === "below" ? score < limit || Number.isNaN(score) : score > limit;
    flags[unit] = beyond && open[unit] === 1 ? 1 : 0;
  }
  return flags;
}

function withScores(names: Names, scores: Scores): Names {
  return {
    ...names,
    known(expr, space) {
      if (expr === "layer.mean") return layerNode(layerStatistic(space, scores, "mean"));
      if (expr === "layer.std") return layerNode(layerStatistic(space, scores, "std"));
      if (expr === "layer.max") return layerNode(layerStatistic(space, scores, "max"));
      return names.known?.(expr, space);
    },
  };
}
