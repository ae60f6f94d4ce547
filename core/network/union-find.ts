import type { Merge, Protection } from "./types.js";

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

  /** Final tables: the root of every channel, producers and positions, and the protection of protected roots. */
  freeze(): {
    readonly roots: Int32Array;
    readonly producers: Int32Array;
    readonly positions: Int32Array;
    readonly protections: ReadonlyMap<number, Protection>;
  } {
    const roots = new Int32Array(this.count);
    for (let i = 0; i < this.count; i++) roots[i] = this.find(i);
    const protections = new Map<number, Protection>();
    for (const [root, held] of this.held) protections.set(root, held.protection);
    return {
      roots,
      producers: this.producers.slice(0, this.count),
      positions: this.positions.slice(0, this.count),
      protections,
    };
  }
}
