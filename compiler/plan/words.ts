import { patternOf, sizedStructure } from "../../core/ir/structure.js";
import type { PruneIr, StructureIr } from "../../core/ir/types.js";
import { grouped } from "../../core/ir/words.js";
import type { SimulatedEvent } from "./dry-run.js";
import { isExact, type Estimate } from "./estimate.js";

export { counted, grouped } from "../../core/ir/words.js";

/** 7 as "7th". */
export function ordinal(n: number): string {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${["th", "st", "nd", "rd"][n % 10] ?? "th"}`;
}

/** 0.0078 as "0.8%", 0.00012 as "0.012%". */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value >= 0.1 ? 1 : Math.min(12, 1 - Math.floor(Math.log10(value)));
  return `${value.toFixed(digits).replace(/\.?0+$/, "")}%`;
}

/** A count; of what is drawn, about how many, and between which ends the draws lie. */
export function estimated(estimate: Estimate, write = grouped): string {
  if (isExact(estimate)) return write(estimate);
  const { about, from, to } = estimate;
  return `about ${write(about)}${from === to ? "" : ` (${ends([from, to], write)})`}`;
}

/** The two ends between which a count lies. */
export const ends = ([low, high]: readonly [number, number], write = grouped): string =>
  write(low) === write(high) ? write(low) : `${write(low)}–${write(high)}`;

export function structureName(structure: StructureIr): string {
  if (typeof structure === "object" && "strided" in structure) return `strided(${structure.strided}) kernels`;
  return patternOf(structure) === null
    ? sizedStructure(structure)
    : `${sizedStructure(structure)} of weights`;
}

/** What the units of a structure are called: a pattern is made of weights. */
export const unitsName = (structure: StructureIr): string =>
  patternOf(structure) === null ? structureName(structure) : "weights";

/** "epoch 14", "step 500", or nothing between phases. */
export function momentName({ epoch, step }: Pick<SimulatedEvent, "epoch" | "step">): string {
  if (epoch !== null && Number.isInteger(epoch) && epoch > 0) return `epoch ${epoch}`;
  if (step !== null) return `step ${step}`;
  return epoch === null ? "" : `epoch ${Number(epoch.toFixed(2))}`;
}

/** The first three layers by path, and how many more. */
export function layerNames(paths: readonly string[]): string {
  const all = [...new Set(paths)];
  const list = all
    .slice(0, 3)
    .map((path) => `\`${path}\``)
    .join(", ");
  return all.length > 3 ? `${list} and ${all.length - 3} more` : list;
}

/** The clause as it was written, with what it stands for here. */
export const alignedClause = ({ aligned, align }: Pick<PruneIr, "aligned" | "align">): string =>
  align === undefined ? `\`aligned to ${aligned}\`` : `\`aligned to ${align}\` (${aligned} here)`;
