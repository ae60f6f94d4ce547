import { placesOf } from "../masks/masked.js";
import { dead, frozen, latent, soft, type Body, type MaskState } from "../masks/state.js";
import type { Slots } from "../parameters.js";
import { once } from "../tables.js";
import { kMeans } from "./kmeans.js";

/*
 * Weights that share their values (Han, Mao, Dally: Deep compression; ICLR 2016). A state holds by weight key the cluster of each
 * element, from 1; 0 is that of weights that stand alone. The value of a cluster is that of its members, which are equal: they follow
 * the sum of their gradients and have the same state of the optimizer, so that every update moves them alike. An array of clusters
 * never changes; another takes its place.
 */

/** Of each cluster, its first member; and how many there are. */
const membersOf = once((codes: Int32Array) => {
  const first: number[] = [-1];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code > 0) first[code] ??= i;
  }
  return { first: Int32Array.from(first, (at = -1) => at), count: first.length - 1 };
});

/** A weight whose living elements are to share their values. */
export interface Sharing {
  readonly key: string;
  /** Values at most. */
  readonly most: number;
}

/** What became of one. */
export interface Shared {
  readonly key: string;
  readonly weights: number;
  readonly values: number;
}

/** Weights get the centroid of their cluster; their optimizer state starts empty. What does not live takes no part. */
export function share(body: Body, weights: readonly Sharing[]): readonly Shared[] {
  const { parameters, slots, state } = body;
  const apart = placesApart(body);
  return weights.flatMap(({ key, most }) => {
    const data = parameters.get(key)?.data;
    if (data === undefined) return [];
    const lives = new Uint8Array(data.length).fill(1);
    for (const place of apart(key)) lives[place] = 0;
    const places = Int32Array.from(data.keys()).filter((i) => lives[i] === 1);
    const { centroids, codes } = kMeans(
      Float32Array.from(places, (place) => data[place] ?? 0),
      most,
    );
    const clusters = new Int32Array(data.length);
    places.forEach((place, n) => {
      const code = codes[n] ?? 0;
      clusters[place] = code;
      data[place] = centroids[code - 1] ?? 0;
    });
    clear(slots, key, places);
    state.shared.set(key, clusters);
    return [{ key, weights: places.length, values: centroids.length }];
  });
}

/** All places of a weight that do not simply live. */
function placesApart({
  network,
  state,
}: Pick<Body, "network" | "state">): (key: string) => readonly number[] {
  const all = [dead, latent, soft, frozen].map((code) => placesOf(network, state, code));
  return (key) => all.flatMap((places) => [...(places.get(key) ?? [])]);
}

function clear(slots: Slots, key: string, places: Int32Array): void {
  for (const slot of Object.values(slots.get(key) ?? {})) for (const place of places) slot[place] = 0;
}

/**
 * The gradient of a cluster is the sum of those of its members: the first of them gets it and the others nothing, so that bounds on
 * gradients and their norm meet every cluster once.
 */
export function sumGradients({ shared }: MaskState, gradients: ReadonlyMap<string, Float32Array>): void {
  for (const [key, codes] of shared) {
    const gradient = gradients.get(key);
    if (gradient === undefined) continue;
    const { first, count } = membersOf(codes);
    const sums = new Float64Array(count + 1);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? 0;
      if (code === 0) continue;
      sums[code] = (sums[code] ?? 0) + (gradient[i] ?? 0);
      gradient[i] = 0;
    }
    for (let code = 1; code <= count; code++) {
      const at = first[code] ?? -1;
      if (at >= 0) gradient[at] = sums[code] ?? 0;
    }
  }
}

/** Every member gets the gradient of its cluster. */
export function spreadGradients({ shared }: MaskState, gradients: ReadonlyMap<string, Float32Array>): void {
  for (const [key, codes] of shared) {
    const gradient = gradients.get(key);
    if (gradient === undefined) continue;
    const { first } = membersOf(codes);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? 0;
      if (code > 0) gradient[i] = gradient[first[code] ?? i] ?? 0;
    }
  }
}

/** Members of one cluster that have come to differ are clusters of their own from here on. */
export function partShared({ state, parameters }: Pick<Body, "state" | "parameters">): void {
  for (const [key, codes] of state.shared) {
    const data = parameters.get(key)?.data;
    const { first } = membersOf(codes);
    const differs = data && codes.some((code, i) => code > 0 && data[i] !== data[first[code] ?? i]);
    if (differs) state.shared.set(key, parted(codes, data));
  }
}

function parted(codes: Int32Array, data: Float32Array): Int32Array {
  const known = new Map<number, Map<number, number>>();
  let count = 0;
  return codes.map((code, i) => {
    if (code === 0) return 0;
    const values = known.get(code) ?? new Map<number, number>();
    known.set(code, values);
    const value = data[i] ?? 0;
    const here = values.get(value) ?? ++count;
    values.set(value, here);
    return here;
  });
}

/**
 * After masks, weights or optimizer state were changed: what does not live any more leaves its cluster for good, members that differ part, state of
 * the optimizer in which they differ starts empty, and a weight of which no two elements share is as any other.
 */
export function settleShared(body: Body): void {
  const { state, slots } = body;
  if (state.shared.size === 0) return;
  const apart = placesApart(body);
  for (const [key, codes] of state.shared) {
    const leaving = apart(key).filter((place) => (codes[place] ?? 0) > 0);
    if (leaving.length === 0) continue;
    const left = codes.slice();
    for (const place of leaving) left[place] = 0;
    state.shared.set(key, left);
  }
  partShared(body);
  for (const [key, codes] of state.shared) {
    const { first } = membersOf(codes);
    const members = codes.reduce((sum, code) => sum + (code > 0 ? 1 : 0), 0);
    if (first.reduce((sum, at) => sum + (at >= 0 ? 1 : 0), 0) === members) state.shared.delete(key);
    else evenSlots(slots, key, codes, first);
  }
}

function evenSlots(slots: Slots, key: string, codes: Int32Array, first: Int32Array): void {
  const arrays = Object.values(slots.get(key) ?? {});
  const uneven = new Set<number>();
  for (const slot of arrays)
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? 0;
      if (code > 0 && slot[i] !== slot[first[code] ?? i]) uneven.add(code);
    }
  if (uneven.size === 0) return;
  clear(
    slots,
    key,
    Int32Array.from(codes.keys()).filter((i) => uneven.has(codes[i] ?? 0)),
  );
}
