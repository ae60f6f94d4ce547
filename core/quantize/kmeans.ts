/** Values in clusters. */
export interface Clusters {
  /** One for each cluster that holds something, ascending. */
  readonly centroids: Float32Array;
  /** Of each value, in their order, its cluster from 1. */
  readonly codes: Int32Array;
}

/** Lloyd's algorithm on a line settles long before. */
const mostRounds = 1000;

/**
 * At most `k` clusters of numbers by Lloyd's algorithm, the centroids at first evenly spaced between the least and the greatest value
 * (Han, Mao, Dally: Deep compression; ICLR 2016). What lies halfway between two centroids belongs to the lower one; a cluster that
 * nothing belongs to stays where it is, and is left out in the end. Where there are no more different values than clusters, each is one.
 */
export function kMeans(values: Float32Array, k: number): Clusters {
  const sorted = values.slice().sort();
  const n = sorted.length;
  const different = sorted.filter((value, i) => value !== sorted[i - 1]);
  if (different.length <= k) return coded(values, different, different);
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = (sums[i] ?? 0) + (sorted[i] ?? 0);
  const [least = 0, greatest = 0] = [sorted[0], sorted[n - 1]];
  const centroids = Float64Array.from({ length: k }, (_, i) =>
    k === 1 ? (least + greatest) / 2 : least + ((greatest - least) * i) / (k - 1),
  );
  // Of each cluster, where the next one begins.
  let ends = new Int32Array(k);
  for (let round = 0; round < mostRounds; round++) {
    const next = endsOf(sorted, centroids);
    if (next.every((end, i) => end === ends[i])) break;
    ends = next;
    for (let i = 0, from = 0; i < k; i++) {
      const to = ends[i] ?? 0;
      if (to > from) centroids[i] = ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
      from = to;
    }
  }
  return numbered(values, sorted, centroids, ends);
}

function endsOf(sorted: Float32Array, centroids: Float64Array): Int32Array<ArrayBuffer> {
  const { length } = centroids;
  return Int32Array.from(centroids, (centroid, i) =>
    i === length - 1 ? sorted.length : firstAbove(sorted, (centroid + (centroids[i + 1] ?? 0)) / 2),
  );
}

/** Index of the first value above a bound. */
function firstAbove(sorted: Float32Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function numbered(
  values: Float32Array,
  sorted: Float32Array,
  centroids: Float64Array,
  ends: Int32Array,
): Clusters {
  const used: number[] = [];
  const tops: number[] = [];
  centroids.forEach((centroid, i) => {
    const [from, to] = [i === 0 ? 0 : (ends[i - 1] ?? 0), ends[i] ?? 0];
    if (to <= from) return;
    used.push(centroid);
    tops.push(sorted[to - 1] ?? 0);
  });
  return coded(values, Float32Array.from(used), Float32Array.from(tops));
}

/** `tops`: the greatest value of each cluster. */
function coded(values: Float32Array, centroids: Float32Array, tops: Float32Array): Clusters {
  return { centroids, codes: Int32Array.from(values, (value) => firstAtLeast(tops, value) + 1) };
}

/** Index of the first bound that is not below a value. */
function firstAtLeast(bounds: Float32Array, value: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
