import type { ExprIr } from "../ir/types.js";
import { atEntries, build, type Domain } from "../expr/domain.js";
import type { Scores } from "../units/keys.js";
import type { Space } from "../units/space.js";

/**
 * Units that score under (over) a threshold, among the open ones (1). A unit of several layers is held against the threshold of
 * its first.
 */
export function beyondThreshold(
  space: Space,
  units: Scores,
  open: Uint8Array,
  side: "below" | "above",
  threshold: ExprIr,
  domain: Domain,
): Uint8Array {
  const values = new Float64Array(space.entries);
  atEntries(domain, build(threshold, domain), values);
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
