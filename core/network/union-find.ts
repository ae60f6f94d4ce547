import { addTo } from "../tables.js";
import type { Channels, Merge, Protection } from "./types.js";

interface Held {
  readonly protection: Protection;
  /** The earliest protection of a unit is the one that is kept. */
  readonly order: number;
}

/** Channel numbers under construction: union–find whose roots are the smallest numbers, with the merges that happened. */
export class UnionFind {
  private parent = new Int32Array(1024);
  private producers = new Int32Array(1024);
  private positions = new Int32Array(1024);
  private readonly held = new Map<number, Held>();
  private order = 0;
  readonly merges: Merge[] = [];
  count = 0;

  /** New channels, one per index of an output axis of `layer` (−1: a network input); positions start at `from`. */
  make(n: number, layer: number, from: number): Int32Array {
    const start = this.count;
    this.reserve(start + n);
    const ids = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      this.parent[start + i] = start + i;
      this.producers[start + i] = layer;
      this.positions[start + i] = from + i;
      ids[i] = start + i;
    }
    this.count += n;
    return ids;
  }

  private reserve(n: number): void {
    if (n <= this.parent.length) return;
    const size = Math.max(n, this.parent.length * 2);
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const bigger = new Int32Array(size);
      bigger.set(old);
      return bigger;
    };
    this.parent = grow(this.parent);
    this.producers = grow(this.producers);
    this.positions = grow(this.positions);
  }

  find(channel: number): number {
    const parent = this.parent;
    let x = channel;
    for (;;) {
      const up = parent[x] ?? x;
      if (up === x) return x;
      const upper = parent[up] ?? up;
      parent[x] = upper;
      x = upper;
    }
  }

  unite(a: number, b: number, call: number, why: Merge["why"]): void {
    const ra = this.find(a);
    const rb = this.find(b);
    if (ra === rb) return;
    const root = Math.min(ra, rb);
    const child = Math.max(ra, rb);
    this.parent[child] = root;
    this.merges.push({ a, b, call, why });
    const lost = this.held.get(child);
    if (!lost) return;
    const kept = this.held.get(root);
    if (!kept || lost.order < kept.order) this.held.set(root, lost);
    this.held.delete(child);
  }

  /** Unites two axes of the same length, index by index. */
  uniteAxes(a: Int32Array, b: Int32Array, call: number, why: Merge["why"]): void {
    if (a === b) return;
    for (let i = 0; i < a.length; i++) this.unite(a[i] ?? 0, b[i] ?? 0, call, why);
  }

  protect(ids: Int32Array, protection: Protection): void {
    const order = this.order++;
    for (const id of ids) {
      const root = this.find(id);
      if (!this.held.has(root)) this.held.set(root, { protection, order });
    }
  }

  /** The finished numbering. */
  freeze(): Channels {
    const roots = new Int32Array(this.count);
    for (let i = 0; i < this.count; i++) roots[i] = this.find(i);
    const protections = new Map([...this.held].map(([root, { protection }]) => [root, protection] as const));
    const find = (channel: number): number => roots[channel] ?? channel;
    const { merges } = this;
    let neighbours: Neighbours | null = null;
    return {
      count: roots.length,
      find,
      protection: (channel) => protections.get(find(channel)),
      merges,
      producer: this.producers.slice(0, this.count),
      position: this.positions.slice(0, this.count),
      explain: (a, b) =>
        find(a) === find(b) ? pathBetween((neighbours ??= neighboursBy(merges)), a, b) : null,
    };
  }
}

/** The merges of each channel. */
type Neighbours = ReadonlyMap<number, readonly Merge[]>;

function neighboursBy(merges: readonly Merge[]): Neighbours {
  const neighbours = new Map<number, Merge[]>();
  for (const merge of merges) for (const id of [merge.a, merge.b]) addTo(neighbours, id, merge);
  return neighbours;
}

/** Breadth first from a to b; the forest has one path. */
function pathBetween(neighbours: Neighbours, a: number, b: number): readonly Merge[] {
  const cameBy = new Map<number, { from: number; merge: Merge } | null>([[a, null]]);
  const queue = [a];
  for (const x of queue) {
    if (x === b) break;
    for (const merge of neighbours.get(x) ?? []) {
      const next = merge.a === x ? merge.b : merge.a;
      if (cameBy.has(next)) continue;
      cameBy.set(next, { from: x, merge });
      queue.push(next);
    }
  }
  const path: Merge[] = [];
  for (let step = cameBy.get(b); step; step = cameBy.get(step.from)) path.push(step.merge);
  return path.reverse();
}
