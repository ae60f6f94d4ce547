import type { WeightInfo } from "../network/types.js";
import { kernelAxes } from "./element-units.js";

/**
 * Counts kept inside kernels, in the plan and in a run alike. The weights of a kernel (one input, one output channel) or a run of
 * `of` consecutive input channels, at one place and output, make a group, and `keep` weights of each group stay.
 */
export interface InsideRule {
  readonly keep: number;
  readonly of: number | "kernel";
}

/** So many groups of so many weights. */
export interface KernelGroups {
  readonly size: number;
  readonly count: number;
}

/** The groups of a weight. The last run of input channels may be shorter than the others. */
export function kernelGroups(weight: WeightInfo, of: InsideRule["of"]): readonly KernelGroups[] {
  const { spatial, tall, wide, inputsLast } = kernelAxes(weight);
  if (of === "kernel") return [{ size: spatial, count: tall * wide }];
  const [inputs, outputs] = inputsLast ? [wide, tall] : [tall, wide];
  const rows = spatial * outputs;
  return [
    { size: of, count: rows * Math.floor(inputs / of) },
    { size: inputs % of, count: rows },
  ].filter(({ size, count }) => size > 0 && count > 0);
}

/** What a group of so many living weights loses. */
export const dropsInside = (alive: number, keep: number): number => Math.max(0, alive - keep);
