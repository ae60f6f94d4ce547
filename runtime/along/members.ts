import type { Domain } from "../../core/expr/domain.js";
import { evaluateEntries, reductionOf } from "../../core/expr/domain.js";
import type { MemberTerm } from "../../core/expr/mixed.js";
import type { Space } from "../../core/units/space.js";

/** `members.std(E)`: E of each layer that makes a unit, reduced over them. */
export interface OverMembers {
  /** By unit. */
  readonly values: Float64Array;
  /** From slopes along the reduced values, by unit, to those along E, by entry. */
  back(slopes: Float64Array): Float64Array;
}

export function overMembers({ inner, reducer }: MemberTerm, space: Space, domain: Domain): OverMembers {
  const each = Float64Array.from(evaluateEntries(inner, domain));
  const unitOf = space.entryUnit ?? Int32Array.from(each, (_, entry) => entry);
  const reduced = (by: "mean" | "std" | "max" | "min", of: Float64Array): Float64Array => {
    const reduction = reductionOf(by, space.units);
    reduction.add(unitOf, of, of.length);
    return reduction.result();
  };
  const values = reduced(reducer, each);
  return {
    values,
    back(slopes) {
      const counts = new Float64Array(space.units);
      for (const unit of unitOf) counts[unit] = (counts[unit] ?? 0) + 1;
      const means = reducer === "std" ? reduced("mean", each) : values;
      // Several members may be the largest: they share the slope.
      const best = new Float64Array(space.units);
      each.forEach((value, i) => {
        const unit = unitOf[i] ?? 0;
        if (value === values[unit]) best[unit] = (best[unit] ?? 0) + 1;
      });
      return each.map((value, i) => {
        const unit = unitOf[i] ?? 0;
        const [slope, count, whole] = [slopes[unit] ?? 0, counts[unit] ?? 1, values[unit] ?? 0];
        if (reducer === "mean") return slope / count;
        if (reducer === "std")
          return whole === 0 ? 0 : (slope * (value - (means[unit] ?? 0))) / (count * whole);
        return value === whole ? slope / (best[unit] ?? 1) : 0;
      });
    },
  };
}
