import type { Guard } from "../../core/gates/guard.js";
import type { Reads } from "../../core/gates/reads.js";
import type { GateKind, Params, Setting } from "../../core/gates/types.js";
import type { AttendedInput } from "../types.js";

/** The modules of some gates in one step of training. */
export interface Modules {
  /** What multiplies the input of each layer (index). */
  readonly inputs: ReadonlyMap<number, AttendedInput>;
  /** What the parameters have been told on the way back. */
  readonly slopes: Params;
  /** What each unit was multiplied by, on average over the examples; NaN for those that nobody read. */
  mean(): Float32Array;
}

/** Modules in front of the layers that read units: one for each group of them, wherever its units are read. */
export function modulesOf(
  kind: GateKind,
  params: Params,
  { setting, guard, reads }: { readonly setting: Setting; readonly guard: Guard; readonly reads: Reads },
): Modules {
  const slopes = Object.fromEntries(
    Object.entries(params).map(([name, { length }]) => [name, new Float32Array(length)]),
  );
  const sums = new Float64Array(guard.units);
  const counts = new Float64Array(guard.units);
  const inputs = new Map([...reads.units].map(([layer, unitAt]) => [layer, input(unitAt)] as const));

  /** The columns of what one layer reads, by the unit that they are of. */
  function input(unitAt: Int32Array): AttendedInput {
    const columns = new Float64Array(guard.units);
    for (const unit of unitAt) if (unit >= 0) columns[unit] = (columns[unit] ?? 0) + 1;
    const groups = [...guard.groups.keys()].filter((group) => {
      const { start, end } = guard.groups[group] ?? nothing;
      return columns.subarray(start, end).some((n) => n > 0);
    });
    const width = unitAt.length;
    /** Visits the columns of a group's units in every example, with their place among these units. */
    const eachColumn = (
      group: number,
      rows: number,
      visit: (at: number, to: number, unit: number) => void,
    ): void => {
      const { start, end } = guard.groups[group] ?? nothing;
      for (let column = 0; column < width; column++) {
        const unit = unitAt[column] ?? -1;
        if (unit < start || unit >= end) continue;
        for (let row = 0; row < rows; row++)
          visit(row * width + column, row * (end - start) + unit - start, unit);
      }
    };
    /** What columns hold, each times what `times` says of its unit, added up by unit. */
    const gather = (group: number, all: Float32Array, rows: number, times: (unit: number) => number) => {
      const { start, end } = guard.groups[group] ?? nothing;
      const out = new Float32Array(rows * (end - start));
      eachColumn(group, rows, (at, to, unit) => {
        out[to] = (out[to] ?? 0) + (all[at] ?? 0) * times(unit);
      });
      return out;
    };
    const share = (unit: number): number => 1 / (columns[unit] ?? 1);
    return (means, rows) => {
      const z = new Float32Array(rows * width).fill(1);
      const found = groups.map((group) => {
        const of = kind.attend?.(params, setting, group, gather(group, means, rows, share), rows);
        if (of === undefined) throw new Error("these gates have no modules");
        eachColumn(group, rows, (at, to, unit) => {
          const value = of.z[to] ?? 0;
          z[at] = value;
          sums[unit] = (sums[unit] ?? 0) + value * share(unit);
          counts[unit] = (counts[unit] ?? 0) + share(unit);
        });
        return { group, of };
      });
      return {
        z,
        back(dz) {
          const ofMeans = new Float32Array(rows * width);
          for (const { group, of } of found) {
            const along = of.back(
              gather(group, dz, rows, () => 1),
              slopes,
            );
            eachColumn(group, rows, (at, to, unit) => {
              ofMeans[at] = (along[to] ?? 0) * share(unit);
            });
          }
          return ofMeans;
        },
      };
    };
  }

  return {
    inputs,
    slopes,
    mean: () => Float32Array.from(sums, (sum, unit) => sum / (counts[unit] ?? 0)),
  };
}

const nothing = { start: 0, end: 0 };
