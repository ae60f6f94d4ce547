import type { PruneIr } from "../ir/types.js";
import type { Scores } from "../units/keys.js";
import { layerStatistic } from "../expr/domain.js";
import { livesIn } from "../expr/sources.js";
import type { Space } from "../units/space.js";

/** Divides the scores of every layer by their mean, maximum or l2 norm over its living entries; in place. */
export function normalizePerLayer(
  space: Space,
  scores: Scores,
  by: NonNullable<PruneIr["normalized"]>,
): void {
  const domain = { layers: space.layers, lives: (entry: number) => livesIn(space, entry) };
  const statistic = by === "l2" ? "norm" : by;
  const scale = layerStatistic(domain, scores.map(Math.abs), statistic);
  space.layers.forEach(({ start, end }, layer) => {
    const divisor = scale[layer] ?? 0;
    if (divisor > 0) for (let i = start; i < end; i++) scores[i] = (scores[i] ?? 0) / divisor;
  });
}

/** Scores of units from those of their entries. */
export function combineMembers(space: Space, scores: Scores, members: PruneIr["members"]): Scores {
  const unitOf = space.entryUnit;
  if (unitOf === null) return scores;
  const combined = new Float64Array(space.units).fill(members === "max" ? -Infinity : 0);
  const counts = new Int32Array(space.units);
  for (let entry = 0; entry < unitOf.length; entry++) {
    const unit = unitOf[entry] ?? 0;
    const score = scores[entry] ?? 0;
    counts[unit] = (counts[unit] ?? 0) + 1;
    const before = combined[unit] ?? 0;
    // Written so that a NaN stays.
    combined[unit] = members === "max" ? (before >= score ? before : score) : before + score;
  }
  if (members === "mean") {
    for (let unit = 0; unit < combined.length; unit++) {
      combined[unit] = (combined[unit] ?? 0) / Math.max(1, counts[unit] ?? 0);
    }
  }
  return combined;
}
