import type { StepIr } from "../ir/types.js";
import { mapStatements, statements } from "../ir/walk.js";

/**
 * Kernels compute some counts of channels faster than others: those that fill the registers of the processor. Which they are is
 * measured once for a backend on a machine, and `aligned to auto` takes it.
 */

/** What was measured of a backend. Plain JSON. */
export interface Alignment {
  /** The backend, for people: `wasm (SIMD, 1 thread)`. */
  readonly on: string;
  /** Kept counts should be multiples of this; 1 where none helps. */
  readonly aligned: number;
  /** How many times as fast as odd counts the multiples of 2, 4, 8 and 16 are; empty where nothing was measured. */
  readonly gains: readonly Gain[];
}

export interface Gain {
  readonly of: number;
  readonly gain: number;
}

/** Multiples that are tried. Each is a multiple of those before it. */
export const multiples = [2, 4, 8, 16] as const;

/** Less than this is noise. */
const NOISE = 1.05;

/** A multiple of n keeps n/2 channels more on average, of 64 a share of n/128: it has to be faster by more than that. */
const worthwhile = (of: number): number => Math.max(NOISE, 1 + of / 128);

/** The largest multiple that is worth more than the best smaller one; 1 where none is. */
export function preferred(gains: readonly Gain[]): number {
  let best: Gain = { of: 1, gain: 1 };
  for (const one of gains) if (one.gain > worthwhile(one.of) * best.gain) best = one;
  return best.of;
}

/** How many times as fast the multiple that is taken is as odd counts. */
export const gainOf = ({ aligned, gains }: Alignment): number =>
  gains.find(({ of }) => of === aligned)?.gain ?? 1;

/** Whether some statement leaves the multiple to what was measured. */
export const asksForAlignment = (body: readonly StepIr[]): boolean =>
  statements(body).some((one) => one.kind === "prune" && one.align !== undefined);

/** The same program with the multiple that was measured in place of `auto`. */
export const withAlignment = (body: readonly StepIr[], aligned: number): readonly StepIr[] =>
  mapStatements(body, (one) => (one.kind === "prune" && one.align !== undefined ? { ...one, aligned } : one));

/**
 * Of counts before and after, the largest multiple (of those that are tried) that all had before, of those that changed; 1 for
 * none.
 */
export function alignedBefore(changed: readonly number[]): number {
  return [...multiples].reverse().find((of) => changed.length > 0 && changed.every((n) => n % of === 0)) ?? 1;
}

/** What `aligned to auto` means, as a remark. */
export function alignmentNote(measured: Alignment): string {
  const { on, aligned } = measured;
  const why =
    aligned === 1
      ? "which computes no multiple much faster than odd counts"
      : `which computes multiples of ${aligned} ${gainOf(measured).toFixed(1)} times as fast as odd counts`;
  return `\`aligned to auto\` is \`aligned to ${aligned}\` on ${on}, ${why}`;
}
