import type { ExprIr } from "../ir/clauses.js";
import type { Network } from "../network/types.js";
import { newChunk } from "../units/parts.js";
import type { Space } from "../units/space.js";
import { entrySizes, evaluateEntries, type Domain } from "./domain.js";
import { isName, mentionedIn, nameRow, type Name } from "./names.js";
import { axisNode, columnNode, entryNode, type Node } from "./nodes.js";
import { partsOf, typeOf } from "./operators.js";
import { isOwn, ownNode } from "./own.js";
import { dataNow, isLatent, livesIn, walkParts, type Values } from "./sources.js";

/** The units of a space as what expressions are worked out over. */
export function spaceDomain(space: Space, values: Values): Domain {
  const domain: Domain = {
    entries: space.entries,
    elementary: space.elementary,
    layers: space.layers,
    // Those that train underneath are ranked along with the living where masters are read, and count with them.
    lives: (entry) => livesIn(space, entry) || (values.w !== undefined && isLatent(space, entry)),
    walk: walkParts(space),
    value(expr) {
      if (typeof expr === "number") return undefined;
      const gathered = values.gathered?.(expr);
      if (gathered !== undefined) return gathered;
      if (isOwn(expr)) return values.own && ownNode(expr, space, domain, values.own);
      if (isOfNorms(expr)) return normNode(expr, space, values);
      return typeof expr === "string" && isName(expr) ? nameRow(expr).value(space, values) : undefined;
    },
  };
  return domain;
}

/** A batch norm that a channel of a unit passes: its place on the axis, and the keys of its scale and shift. */
export interface NormPlace {
  readonly at: number;
  readonly scale: string | undefined;
  readonly shift: string | undefined;
}

export interface NormDomain extends Domain {
  /** Roots of the units, by entry. */
  readonly roots: readonly number[];
  /** By element. */
  readonly places: readonly NormPlace[];
}

/**
 * The batch norms that the channels of units pass, an entry per unit that passes any (of those of `wanted` roots). A norm without
 * scale counts as one of 1, without shift as one of 0.
 */
export function normDomain(
  network: Network,
  weights: (key: string) => ArrayLike<number> | undefined,
  wanted?: ReadonlySet<number>,
): NormDomain {
  const entryOf = new Map<number, number>();
  const entries: number[] = [];
  const places: NormPlace[] = [];
  for (const layer of network.layers) {
    const scale = layer.weights.find(({ name }) => name === "gamma");
    const shift = layer.weights.find(({ name }) => name === "beta");
    const ids = (scale ?? shift)?.bindings[0]?.ids;
    ids?.forEach((id, at) => {
      const root = network.channels.find(id);
      if (wanted?.has(root) === false) return;
      const entry = entryOf.get(root) ?? entryOf.size;
      entryOf.set(root, entry);
      entries.push(entry);
      places.push({ at, scale: scale?.key, shift: shift?.key });
    });
  }
  const read = (key: string | undefined, at: number, none: number): number =>
    (key === undefined ? undefined : weights(key)?.[at]) ?? none;
  const gamma = Float64Array.from(places, ({ at, scale }) => read(scale, at, 1));
  const beta = Float64Array.from(places, ({ at, shift }) => read(shift, at, 0));
  return {
    roots: [...entryOf.keys()],
    places,
    ...rowDomain(entryOf.size, Int32Array.from(entries), { gamma: () => gamma, beta: () => beta }),
  };
}

/** Elements in a row, each with the number of its entry (below 0: it belongs to none), and columns of values for them, read anew for every chunk. */
export function rowDomain(
  entries: number,
  entryOf: Int32Array,
  columns: Readonly<Partial<Record<Name, () => Float64Array | Float32Array>>>,
): Domain {
  const chunk = newChunk();
  let sizes: Float64Array | undefined;
  const domain: Domain = {
    entries,
    elementary: false,
    layers: [{ start: 0, end: entries }],
    lives: () => true,
    walk(visit) {
      const { at, entry: entries } = chunk;
      let count = 0;
      for (let i = 0; i < entryOf.length; i++) {
        const entry = entryOf[i] ?? -1;
        if (entry < 0) continue;
        at[count] = i;
        entries[count] = entry;
        if (++count < at.length) continue;
        chunk.count = count;
        visit(chunk);
        count = 0;
      }
      chunk.count = count;
      if (count > 0) visit(chunk);
    },
    value(expr) {
      if (typeof expr !== "string" || !isName(expr)) return undefined;
      const column = columns[expr];
      if (column !== undefined) return columnNode(column);
      return expr === "size" ? entryNode((sizes ??= entrySizes(domain))) : undefined;
    },
  };
  return domain;
}

/** Whether a part of an expression is over batch-norm scales and shifts alone: it is worked out over the norms a unit passes. */
export function isOfNorms(expr: ExprIr): boolean {
  const mentioned = [...mentionedIn(expr)];
  const ofNorms = mentioned.length > 0 && mentioned.every((name) => name === "gamma" || name === "beta");
  return ofNorms && !looksBeyond(expr);
}

/** Statistics of layers and of members, averages over batches and JavaScript are of whole domains. */
function looksBeyond(expr: ExprIr): boolean {
  const type = typeOf(expr);
  const beyond = type === "statistic" || type === "members" || type === "averaged" || type === "own";
  return beyond || partsOf(expr).some(looksBeyond);
}

function normNode(expr: ExprIr, space: Space, { w }: Values): Node {
  const domain = normDomain(space.network, dataNow(space, w));
  const values = evaluateEntries(expr, domain);
  const byRoot = new Map(domain.roots.map((root, entry) => [root, values[entry] ?? 0]));
  const units = space.channelUnits;
  if (units === null) {
    return axisNode("out", (key) => {
      const weight = space.network.layers.flatMap(({ weights }) => weights).find((one) => one.key === key);
      const ids = weight?.bindings.find(({ role }) => role === "out")?.ids;
      return ids && Float64Array.from(ids, (id) => byRoot.get(space.network.channels.find(id)) ?? 0);
    });
  }
  return entryNode(
    Float64Array.from({ length: space.entries }, (_, entry) => {
      const unit = space.entryUnit?.[entry] ?? entry;
      return byRoot.get(units[unit]?.root ?? -1) ?? 0;
    }),
  );
}
