import type { CountElements, ElementCount } from "../../core/masks/measure.js";
import { dead as deadCode, frozen, latent, soft, versionOf, type MaskState } from "../../core/masks/state.js";
import type { Network, WeightInfo } from "../../core/network/types.js";
import type { InsideRule } from "../../core/units/inside-kernels.js";
import { kernelAxes } from "../../core/units/element-units.js";
import { clamp, type Dice } from "./dice.js";
import type { ElementPool, Kernel } from "./pools.js";

/**
 * How many elements of every layer are dead, without holding which. A death of channels takes along what is dead in them, and their
 * return brings that back: how much it is, is drawn.
 */

export type ElementCode = typeof deadCode | typeof latent | typeof soft | typeof frozen;
const codes = [deadCode, latent, soft, frozen] as const;

/** Units of one structure that are not living, by code. */
type Counts = Record<ElementCode, number>;

interface Own {
  readonly pool: ElementPool;
  readonly counts: Counts;
  /** Those of them that lie in dead channels. */
  hidden: number;
}

/** Living channels along the last two axes of a kernel. */
interface Live {
  readonly rows: Uint8Array;
  readonly cols: Uint8Array;
}

interface Layer {
  readonly own: Map<string, Own>;
  /** Dead elements outside dead channels, and inside them. */
  gone: number;
  hidden: number;
  /** The structure that acted last. */
  last: string;
  /** All rows have lost as many. */
  even: boolean;
  /** The rule inside kernels that holds. */
  inside: InsideRule | null;
  /** By weight. */
  live: ReadonlyMap<string, Live>;
  version: number;
}

/** What a pool has now. */
export interface View {
  readonly pool: ElementPool;
  readonly counts: Counts;
  /** Units outside dead channels. */
  readonly visible: number;
  /** No channel along the kernels is dead. */
  readonly whole: boolean;
  readonly alive: number;
  readonly even: boolean;
  readonly inside: InsideRule | null;
}

export class Elements {
  readonly #layers = new Map<string, Layer>();

  /** `drawn` is told of layers whose counts were drawn. */
  constructor(
    readonly state: MaskState,
    readonly dice: Dice,
    readonly drawn: (place: string) => void,
  ) {}

  /** The same counts for a state of which the channels are as they were. */
  copyFor(state: MaskState): Elements {
    const copy = new Elements(state, this.dice, this.drawn);
    for (const [place, layer] of this.#layers) {
      const own = new Map(
        [...layer.own].map(([family, one]) => [family, { ...one, counts: { ...one.counts } }]),
      );
      copy.#layers.set(place, { ...layer, own, version: -1 });
    }
    return copy;
  }

  view(pool: ElementPool): View {
    const layer = this.#layerOf(pool);
    const { counts } = this.#own(layer, pool);
    const visible = visibleUnits(pool, layer.live);
    const { even, inside, last } = layer;
    const alive = Math.max(0, visible - total(counts));
    const whole = pool.kernels.every(({ weight: { key } }) => isWhole(layer.live.get(key)));
    return { pool, counts, visible, whole, alive, even: even && last === pool.family, inside };
  }

  /** So many more of the living units die. */
  kill(
    pool: ElementPool,
    count: number,
    code: ElementCode,
    kept: Partial<Pick<Layer, "even" | "inside">> = {},
  ): void {
    const { alive } = this.view(pool);
    const layer = this.#layerOf(pool);
    const own = this.#own(layer, pool);
    const places = this.#places(pool, layer);
    const inUnits = (pool.total * pool.each) / pool.elements;
    if (alive > 0) layer.gone += ((places - layer.gone) * inUnits * count) / alive;
    own.counts[code] += count;
    layer.last = pool.family;
    layer.even = kept.even ?? (layer.even && count === 0);
    layer.inside = kept.inside ?? (count === 0 ? layer.inside : null);
  }

  /** So many units with these codes live again. */
  revive(pool: ElementPool, count: number, from: readonly ElementCode[]): void {
    if (count <= 0) return;
    const layer = this.#layerOf(pool);
    const own = this.#own(layer, pool);
    const shares = this.dice.among(
      from.map((code) => own.counts[code]),
      count,
    );
    from.forEach((code, i) => (own.counts[code] -= shares[i] ?? 0));
    const share = layer.gone <= 0 ? 0 : clamp((count * pool.each) / layer.gone, 0, 1);
    layer.gone = Math.max(0, layer.gone - count * pool.each);
    for (const [family, { pool: other, counts }] of layer.own)
      if (family !== pool.family)
        for (const code of codes) counts[code] = Math.round(counts[code] * (1 - share) ** other.each);
    layer.last = pool.family;
    layer.even = false;
    layer.inside = null;
  }

  /** Units of one code get another; null: they live again. Layers by place; all when unset. */
  recode(from: ElementCode, to: ElementCode | null, places?: ReadonlySet<string>): void {
    for (const [place, layer] of this.#layers) {
      if (places !== undefined && !places.has(place)) continue;
      for (const { pool, counts } of layer.own.values()) {
        if (to === null) this.revive(pool, counts[from], [from]);
        else {
          counts[to] += counts[from];
          counts[from] = 0;
        }
      }
    }
  }

  has(code: ElementCode, place?: string): boolean {
    return [...this.#layers].some(
      ([where, { own }]) =>
        (place === undefined || where === place) && [...own.values()].some(({ counts }) => counts[code] > 0),
    );
  }

  /** Layers with dead elements, by place: the weights and the share of the visible elements that is dead. */
  *gone(): Generator<{
    readonly place: string;
    readonly kernels: readonly Kernel[];
    readonly share: number;
    readonly count: number;
    readonly inside: InsideRule | null;
  }> {
    for (const [place, layer] of this.#layers) {
      const [first] = layer.own.values();
      if (first === undefined) continue;
      this.#sync(first.pool, layer);
      if (layer.gone <= 0) continue;
      const widest = [...layer.own.values()].reduce((a, b) =>
        a.pool.elements >= b.pool.elements ? a : b,
      ).pool;
      const share = clamp(layer.gone / Math.max(1, this.#places(widest, layer)), 0, 1);
      yield { place, kernels: widest.kernels, share, count: layer.gone, inside: layer.inside };
    }
  }

  /** Dead elements of the weights of a network when these channels are dead; what is frozen goes on taking part. */
  counter(network: Network): CountElements {
    return (isDead) => {
      const weights = new Map<string, WeightInfo>();
      for (const layer of network.layers) for (const weight of layer.weights) weights.set(weight.key, weight);
      const result = new Map<string, ElementCount>();
      for (const { place, kernels, share } of this.gone()) {
        const own = [...(this.#layers.get(place)?.own.values() ?? [])];
        const all = own.reduce((sum, { counts }) => sum + total(counts), 0);
        const stays = own.reduce((sum, { counts }) => sum + counts[frozen], 0);
        for (const {
          weight: { key },
        } of kernels) {
          const weight = weights.get(key);
          if (weight === undefined) continue;
          const { spatial, tall, wide } = kernelAxes(weight);
          const alive = (axis: number, size: number): number => {
            const ids = weight.bindings.find((binding) => binding.axis === axis)?.ids;
            return ids === undefined ? size : ids.reduce((n, id) => n + (isDead(id) ? 0 : 1), 0);
          };
          const rank = weight.shape.length;
          const places = spatial * alive(rank - 2, tall) * alive(rank - 1, wide);
          result.set(key, {
            dead: Math.round(places * share * (all > 0 ? 1 - stays / all : 1)),
            all: places,
          });
        }
      }
      return result;
    };
  }

  #layerOf(pool: ElementPool): Layer {
    const known = this.#layers.get(pool.place);
    const layer = known ?? {
      own: new Map<string, Own>(),
      gone: 0,
      hidden: 0,
      last: pool.family,
      even: true,
      inside: null,
      live: new Map<string, Live>(),
      version: -1,
    };
    if (known === undefined) this.#layers.set(pool.place, layer);
    this.#sync(pool, layer);
    return layer;
  }

  /** What a structure has lost: what others killed since may have taken whole units of it. */
  #own(layer: Layer, pool: ElementPool): Own {
    const known = layer.own.get(pool.family);
    const own = known ?? { pool, counts: { [deadCode]: 0, [latent]: 0, [soft]: 0, [frozen]: 0 }, hidden: 0 };
    if (known === undefined) layer.own.set(pool.family, own);
    if (layer.last === pool.family || layer.gone <= 0) return own;
    const mine = total(own.counts);
    const left = visibleUnits(pool, layer.live) - mine;
    const inUnits = (pool.total * pool.each) / pool.elements;
    const places = this.#places(pool, layer) * inUnits;
    const share = clamp(
      (layer.gone * inUnits - mine * pool.each) / Math.max(1, places - mine * pool.each),
      0,
      1,
    );
    own.counts[deadCode] += this.dice.overGroups(left, 1, share ** pool.each, (x) => x);
    own.counts[deadCode] = Math.min(own.counts[deadCode], visibleUnits(pool, layer.live));
    layer.last = pool.family;
    this.drawn(pool.place);
    return own;
  }

  /** Elements of the kernels outside dead channels. */
  #places(pool: ElementPool, layer: Layer): number {
    return pool.kernels.length === 0 ? pool.elements : visiblePlaces(pool, layer.live);
  }

  /** Takes over which channels died or came back since. */
  #sync(pool: ElementPool, layer: Layer): void {
    const version = versionOf(this.state);
    if (pool.kernels.length === 0 || layer.version === version) return;
    layer.version = version;
    const before = layer.live;
    const now = new Map(pool.kernels.map(({ weight }) => [weight.key, liveOf(weight, this.state)] as const));
    const both = new Map(
      [...now].map(([key, { rows, cols }]) => {
        const was = before.get(key);
        const live: Live = {
          rows: rows.map((flag, r) => flag & (was?.rows[r] ?? 1)),
          cols: cols.map((flag, c) => flag & (was?.cols[c] ?? 1)),
        };
        return [key, live] as const;
      }),
    );
    layer.live = new Map([...before, ...now]);
    if (layer.gone + layer.hidden === 0) return;
    const moved = (
      all: number,
      [had, stay, has]: readonly [number, number, number],
      gone: number,
      hidden: number,
    ) => {
      const stays = this.dice.marked(had, Math.min(had, Math.round(gone)), stay);
      const comes = this.dice.marked(all - had, Math.min(all - had, Math.round(hidden)), has - stay);
      return { gone: stays + comes, hidden: hidden + gone - stays - comes };
    };
    const sizes = (count: (live: LiveByWeight) => number) =>
      [count(before), count(both), count(now)] as const;
    const places = sizes((live) => visiblePlaces(pool, live));
    if (places[0] === places[1] && places[1] === places[2]) return;
    this.drawn(pool.place);
    Object.assign(layer, moved(pool.elements, places, layer.gone, layer.hidden));
    layer.even = false;
    layer.inside = null;
    for (const own of layer.own.values()) {
      const mine = total(own.counts);
      const units = sizes((live) => visibleUnits(own.pool, live));
      const next =
        own.pool.each === 1 && layer.own.size === 1 ? layer : moved(own.pool.total, units, mine, own.hidden);
      const rest = mine - own.counts[deadCode];
      for (const code of codes)
        if (code !== deadCode && mine > 0)
          own.counts[code] = Math.round((own.counts[code] * next.gone) / mine);
      own.counts[deadCode] = Math.max(
        0,
        next.gone - (rest > 0 ? total(own.counts) - own.counts[deadCode] : 0),
      );
      own.hidden = next.hidden;
    }
  }
}

export const total = (counts: Counts): number => codes.reduce((sum, code) => sum + counts[code], 0);

function allLive(weight: WeightInfo): Live {
  const { tall, wide } = kernelAxes(weight);
  return { rows: new Uint8Array(tall).fill(1), cols: new Uint8Array(wide).fill(1) };
}

/** Channels that are dead for good hide what lies in them. */
function liveOf(weight: WeightInfo, { channels }: MaskState): Live {
  const live = allLive(weight);
  for (const { axis, ids } of weight.bindings) {
    const flags =
      axis === weight.shape.length - 1 ? live.cols : axis === weight.shape.length - 2 ? live.rows : null;
    if (flags !== null) ids.forEach((id, i) => (flags[i] = channels[id] === deadCode ? 0 : (flags[i] ?? 0)));
  }
  return live;
}

/** Units with an element outside dead channels: they are numbered by row plus column. */
function visibleUnits({ kernels, total: all }: ElementPool, live: LiveByWeight): number {
  if (kernels.length === 0) return all;
  return kernels.reduce((sum, { units, weight }) => {
    const one = live.get(weight.key);
    if (one === undefined || isWhole(one)) return sum + units.count;
    return sum + distinct(units.rows, one.rows) * distinct(units.cols, one.cols);
  }, 0);
}

function visiblePlaces({ kernels, elements }: ElementPool, live: LiveByWeight): number {
  if (kernels.every(({ weight: { key } }) => isWhole(live.get(key)))) return elements;
  return kernels.reduce((sum, { units, weight: { key } }) => {
    const one = live.get(key);
    return sum + held(units.rows.length, one?.rows) * held(units.cols.length, one?.cols);
  }, 0);
}

type LiveByWeight = ReadonlyMap<string, Live>;

const isWhole = (live: Live | undefined): boolean =>
  live === undefined || (!live.rows.includes(0) && !live.cols.includes(0));

function distinct(numbers: Int32Array, live: Uint8Array): number {
  const seen = new Set<number>();
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? -1;
    if (number >= 0 && live[i % live.length] === 1) seen.add(number);
  }
  return seen.size;
}

/** Places along an axis, or several in a row, of which some are dead. */
const held = (length: number, live: Uint8Array | undefined): number =>
  live === undefined ? length : (length / live.length) * live.reduce((n, flag) => n + flag, 0);
