import { type Scores, compareScores } from "./keys.js";
import type { Part } from "./parts.js";
import type { Space } from "./space.js";
import type { WeightInfo } from "../network/types.js";
import { kernelAxes } from "./element-units.js";

/**
 * Small groups inside kernels: `keep k each` leaves k weights of every kernel (one input, one output channel), n:m keeps n of every
 * m consecutive input channels at one place and output. A last group that is shorter keeps at most n too.
 */
export function chooseInsideKernels(
  { space, scores, open }: { readonly space: Space; readonly scores: Scores; readonly open: Uint8Array },
  rule: InsideRule,
  chosen: Uint8Array,
): number {
  let taken = 0;
  const list: number[] = [];
  const settle = () => {
    const alive = list.filter((unit) => open[unit] === 1);
    const drops = dropsInside(alive.length, rule.keep);
    if (drops > 0) {
      alive.sort((a, b) => compareScores(scores[a] ?? 0, scores[b] ?? 0) || a - b);
      for (let i = 0; i < drops; i++) chosen[alive[i] ?? 0] = 1;
      taken += drops;
    }
    list.length = 0;
  };
  for (const part of space.parts) {
    if (rule.of === "kernel") eachKernel(part, list, settle);
    else eachRun(part, rule.of, list, settle);
  }
  return taken;
}

function eachKernel({ rows, cols, tall }: Part, list: number[], settle: () => void): void {
  for (let p = 0; p < tall; p++) {
    for (const col of cols) {
      for (let r = p; r < rows.length; r += tall) {
        const row = rows[r] ?? -1;
        if (row >= 0 && col >= 0) list.push(row + col);
      }
      settle();
    }
  }
}

/** Runs of `size` along the input channels. Dead channels are still members of their run. */
function eachRun(
  { rows, cols, tall, inputsLast }: Part,
  size: number,
  list: number[],
  settle: () => void,
): void {
  const inputs = inputsLast ? cols.length : tall;
  const outputs = inputsLast ? tall : cols.length;
  for (let base = 0; base < rows.length; base += tall) {
    for (let out = 0; out < outputs; out++) {
      for (let from = 0; from < inputs; from += size) {
        for (let i = from; i < Math.min(inputs, from + size); i++) {
          const row = rows[base + (inputsLast ? out : i)] ?? -1;
          const col = cols[inputsLast ? i : out] ?? -1;
          if (row >= 0 && col >= 0) list.push(row + col);
        }
        settle();
      }
    }
  }
}

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
