import { bins, histogram, split } from "./histogram.js";
import { compareScores, digitReader, digitsOf } from "../units/keys.js";
import type { Group } from "../units/groups.js";
import type { Scores } from "../units/keys.js";
import type { Space } from "../units/space.js";

/**
 * Exact selection of the lowest scores: as many as asked, ties to the lower index, NaN before everything. Found by radix over the
 * bits of the floats, without sorting.
 */

/** Units to choose among: the lowest scores of those that are open (1) go first. */
export interface Ranking {
  readonly space: Space;
  readonly scores: Scores;
  readonly open: Uint8Array;
}

/** As `selectRange` or `selectListed`, among the members of a group. */
export function selectMembers(
  { scores, open }: Pick<Ranking, "scores" | "open">,
  members: Group["members"],
  k: number,
  chosen: Uint8Array,
): number {
  return members instanceof Int32Array
    ? selectListed(scores, open, members, k, chosen)
    : selectRange(scores, open, members.from, members.to, k, chosen);
}

/** Below this many candidates a sort is quicker than clearing the histogram. */
const smallEnough = 2048;

/**
 * Marks the `k` lowest of those `from` … `to − 1` that are `open` (1) in `chosen` (1), and returns how many were marked: `k`, or all
 * that are open.
 */
export function selectRange(
  scores: Scores,
  open: Uint8Array,
  from: number,
  to: number,
  k: number,
  chosen: Uint8Array,
): number {
  if (k <= 0) return 0;
  if (to - from <= smallEnough) {
    const few: number[] = [];
    for (let i = from; i < to; i++) if (open[i] === 1) few.push(i);
    return takeSorted(scores, few, k, chosen);
  }
  const found = histogram(scores, open, from, to);
  const available = found.counts.reduce((a, b) => a + b, 0);
  if (k >= available) {
    for (let i = from; i < to; i++) if (open[i] === 1) chosen[i] = 1;
    return available;
  }
  const { bin, below } = binOf(found.counts, k);
  const rest = split(scores, open, from, to, found, bin, chosen);
  refine(scores, rest, k - below, 1, chosen);
  return k;
}

/** As `selectRange`, among the open ones of a list of indices in ascending order. */
export function selectListed(
  scores: Scores,
  open: Uint8Array,
  listed: Int32Array,
  k: number,
  chosen: Uint8Array,
): number {
  if (k <= 0) return 0;
  const kept = new Int32Array(listed.length);
  let n = 0;
  let ascends = true;
  let last = NaN;
  for (let at = 0; at < listed.length; at++) {
    const i = listed[at] ?? 0;
    if (open[i] !== 1) continue;
    const score = scores[i] ?? 0;
    if (!(last <= score) && compareScores(last, score) > 0) ascends = false;
    last = score;
    kept[n++] = i;
  }
  const count = Math.min(k, n);
  // In order as they stand, as scores that are all alike are.
  if (ascends) for (let at = 0; at < count; at++) chosen[kept[at] ?? 0] = 1;
  else refine(scores, kept.subarray(0, n), count, 0, chosen);
  return count;
}

/** Marks exactly `k` of these candidates, ascending by index, whose digits above `digit` are all equal. */
function refine(scores: Scores, candidates: Int32Array, k: number, digit: number, chosen: Uint8Array): void {
  if (k <= 0) return;
  if (k >= candidates.length || digit >= digitsOf(scores)) {
    for (let i = 0; i < Math.min(k, candidates.length); i++) chosen[candidates[i] ?? 0] = 1;
    return;
  }
  if (candidates.length <= smallEnough) {
    takeSorted(scores, [...candidates], k, chosen);
    return;
  }
  const read = digitReader(scores, digit);
  const counts = new Int32Array(bins);
  for (const i of candidates) {
    const bin = read(i);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const { bin, below } = binOf(counts, k);
  const rest = new Int32Array(counts[bin] ?? 0);
  let n = 0;
  for (const i of candidates) {
    const at = read(i);
    if (at < bin) chosen[i] = 1;
    else if (at === bin) rest[n++] = i;
  }
  refine(scores, rest, k - below, digit + 1, chosen);
}

/** The bin in which the k-th lowest lies, and how many lie in bins before it. */
function binOf(counts: Int32Array, k: number): { readonly bin: number; readonly below: number } {
  let below = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const here = counts[bin] ?? 0;
    if (below + here >= k) return { bin, below };
    below += here;
  }
  return { bin: counts.length - 1, below };
}

function takeSorted(scores: Scores, few: number[], k: number, chosen: Uint8Array): number {
  few.sort((a, b) => compareScores(scores[a] ?? 0, scores[b] ?? 0) || a - b);
  const count = Math.min(k, few.length);
  for (let i = 0; i < count; i++) chosen[few[i] ?? 0] = 1;
  return count;
}

/** Indices in ascending order of score, ties by index. */
export function ranked(scores: Scores, open: Uint8Array): Int32Array {
  const indices = indicesOf(open);
  return indices.sort((a, b) => compareScores(scores[a] ?? 0, scores[b] ?? 0) || a - b);
}

function indicesOf(open: Uint8Array): Int32Array {
  const indices = new Int32Array(open.length);
  let n = 0;
  for (let i = 0; i < open.length; i++) if (open[i] === 1) indices[n++] = i;
  return indices.subarray(0, n);
}
