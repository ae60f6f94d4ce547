import type { Channels, Merge, Protection } from "./types.js";

export interface ChannelTables {
  readonly roots: Int32Array;
  readonly producers: Int32Array;
  readonly positions: Int32Array;
  readonly protections: ReadonlyMap<number, Protection>;
  readonly merges: readonly Merge[];
}

/** The finished channel numbering: lookups over frozen tables. */
export function makeChannels(tables: ChannelTables): Channels {
  const { roots, merges } = tables;
  let neighbours: Map<number, number[]> | null = null;
  const graph = (): Map<number, number[]> => {
    if (neighbours) return neighbours;
    const built = new Map<number, number[]>();
    const add = (x: number, merge: number): void => {
      const list = built.get(x);
      if (list) list.push(merge);
      else built.set(x, [merge]);
    };
    merges.forEach((merge, i) => {
      add(merge.a, i);
      add(merge.b, i);
    });
    neighbours = built;
    return built;
  };
  const find = (channel: number): number => roots[channel] ?? channel;
  return {
    count: roots.length,
    find,
    protection: (channel) => tables.protections.get(find(channel)),
    merges,
    producer: tables.producers,
    position: tables.positions,
    explain: (a, b) => (find(a) === find(b) ? walk(graph(), merges, a, b) : null),
  };
}

/** Breadth first from a to b; the forest has one path. */
function walk(
  graph: Map<number, number[]>,
  merges: readonly Merge[],
  a: number,
  b: number,
): readonly Merge[] {
  const cameBy = new Map<number, { from: number; merge: Merge } | null>([[a, null]]);
  const queue = [a];
  for (const x of queue) {
    if (x === b) break;
    for (const index of graph.get(x) ?? []) {
      const merge = merges[index];
      if (!merge) continue;
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
