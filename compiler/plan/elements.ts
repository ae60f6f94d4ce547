import type { CountElements, ElementCount } from "../../core/masks/measure.js";
import { dead as deadCode, frozen, latent, soft, versionOf, type MaskState } from "../../core/masks/state.js";
import type { Network, WeightInfo } from "../../core/network/types.js";
import type { InsideRule } from "../../core/units/kernel-groups.js";
import { kernelAxes } from "../../core/units/element-units.js";
import { clamp, type Dice } from "./dice.js";
import type { ElementPool, Kernel } from "./pools.js";

/**
 * How many elements of every layer are dead, without holding which: for each structure a count of its units, for all of them a share
 * of the elements. Only what lies outside dead channels counts; where those change, as large a share of it is taken to be dead as
 * before, and what one structure kills is taken to lie anywhere among the units of another.
 */

export type ElementCode = typeof deadCode | typeof latent | typeof soft | typeof frozen;
const codes = [deadCode, latent, soft, frozen] as const;

/** Units of one structure that are not living, by code. */
type Counts = Record<ElementCode, number>;

interface Own extends Seen {
  readonly pool: ElementPool;
  counts: Counts;
  version: number;
}

interface Layer {
  readonly own: Map<string, Own>;
  /** Of the elements outside dead channels, those that are dead. */
  share: number;
  /** The structure that acted last. */
  last: string;
  /** All rows have lost as many. */
  even: boolean;
  /** The rule inside kernels that holds. */
  inside: InsideRule | null;
  /** Whether every input channel has one tap left, the same for all filters; null where that cannot be told from counts. */
  oneTap: boolean | null;
}

/** What a pool has now. */
export interface View extends Seen {
  readonly pool: ElementPool;
  readonly counts: Counts;
  readonly alive: number;
  readonly even: boolean;
  readonly inside: InsideRule | null;
}

export class Elements {
  readonly #layers = new Map<string, Layer>();
  /** How often elements died or came back. */
  changes = 0;
  /** Kernels of shifts, by key: all but one place of each channel is dead. */
  readonly #shifts = new Set<string>();

  /** `drawn` is told of layers whose counts were estimated. */
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
        [...layer.own].map(([family, one]) => [family, { ...one, counts: { ...one.counts }, version: -1 }]),
      );
      copy.#layers.set(place, { ...layer, own });
    }
    for (const key of this.#shifts) copy.#shifts.add(key);
    copy.changes = this.changes;
    return copy;
  }

  view(pool: ElementPool): View {
    const layer = this.#layerOf(pool);
    const { counts, visible, whole, places } = this.#own(layer, pool);
    const { even, inside } = layer;
    return {
      pool,
      counts,
      visible,
      whole,
      places,
      alive: Math.max(0, visible - total(counts)),
      even,
      inside,
    };
  }

  /** So many more of the living units die. */
  kill(
    pool: ElementPool,
    count: number,
    code: ElementCode,
    kept: Partial<Pick<Layer, "even" | "inside">> & { readonly oneTap?: boolean } = {},
  ): void {
    const { counts, alive } = this.view(pool);
    const layer = this.#layerOf(pool);
    if (kept.oneTap === true) layer.oneTap = true;
    if (count !== 0) this.changes++;
    if (count === 0) {
      layer.inside = kept.inside ?? layer.inside;
      return;
    }
    if (alive > 0)
      layer.share = clamp(layer.share + ((1 - layer.share) * covered(pool) * count) / alive, 0, 1);
    counts[code] += count;
    layer.even = kept.even ?? false;
    layer.inside = kept.inside ?? null;
  }

  /** So many units with these codes live again. */
  revive(pool: ElementPool, count: number, from: readonly ElementCode[]): void {
    if (count <= 0) return;
    this.changes++;
    const { counts, visible } = this.view(pool);
    const layer = this.#layerOf(pool);
    const back = this.dice.among(
      from.map((code) => counts[code]),
      count,
    );
    from.forEach((code, i) => (counts[code] -= back[i] ?? 0));
    const stays = 1 - clamp((count * covered(pool)) / Math.max(1, layer.share * visible), 0, 1);
    layer.share *= stays;
    for (const [family, { pool: other, counts: others }] of layer.own)
      if (family !== pool.family)
        for (const code of codes) others[code] = Math.round(others[code] * stays ** other.each);
    layer.even = false;
    layer.inside = null;
    layer.oneTap &&= false;
  }

  /** Units of one code get another; null: they live again. Layers by place; all when unset. */
  recode(from: ElementCode, to: ElementCode | null, places?: ReadonlySet<string>): void {
    if (this.has(from)) this.changes++;
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

  /** Dead elements of these layers (all when unset) lie anywhere now: as many, but no whole groups of them. */
  shuffle(places?: ReadonlySet<string>): void {
    this.changes++;
    for (const [place, layer] of this.#layers) {
      if (places !== undefined && !places.has(place)) continue;
      for (const own of layer.own.values()) if (own.pool.family !== "single") own.counts = noCounts();
      if (layer.last !== "single") layer.last = "";
      layer.even = false;
      layer.inside = null;
      layer.oneTap &&= false;
    }
  }

  /** Where elements are dead they live, and those that lived are dead (in all layers when unset). */
  invert(places?: ReadonlySet<string>): void {
    this.changes++;
    for (const [place, layer] of this.#layers) {
      if (places !== undefined && !places.has(place)) continue;
      const pool = layer.own.get(layer.last)?.pool ?? [...layer.own.values()][0]?.pool;
      if (pool === undefined || layer.share <= 0) continue;
      const own = this.#own(layer, pool);
      const others = codes.reduce((sum, code) => sum + (code === deadCode ? 0 : own.counts[code]), 0);
      // What trains underneath or stands at its start stays as it is.
      const stays = others > 0 ? layer.share * (others / Math.max(1, total(own.counts))) : 0;
      if (others > 0 && own.counts[deadCode] === 0) continue;
      for (const one of layer.own.values()) if (one !== own) one.counts = noCounts();
      own.counts[deadCode] = Math.max(0, own.visible - total(own.counts));
      if (pool.each * pool.total < pool.elements) this.drawn(place);
      layer.share = clamp(1 - layer.share + stays, 0, 1);
      layer.inside = null;
      layer.oneTap &&= false;
    }
  }

  /** Masks came that nobody knows. */
  doubtTaps(): void {
    for (const layer of this.#layers.values()) layer.oneTap = null;
  }

  oneTap(place: string): boolean | null {
    return this.#layers.get(place)?.oneTap ?? false;
  }

  /** The convolution of a place became a shift, whose kernel this is, and a 1×1 one, of which so large a share lives. */
  shift(place: string, living: number, key: string): void {
    const layer = this.#layers.get(place);
    if (layer !== undefined) layer.share = clamp(1 - living, 0, 1);
    this.#shifts.add(key);
  }

  /** Whether anything is counted as dead. */
  get any(): boolean {
    return this.#shifts.size > 0 || this.gone().next().done !== true;
  }

  has(code: ElementCode, place?: string): boolean {
    return [...this.#layers].some(
      ([where, { own }]) =>
        (place === undefined || where === place) && [...own.values()].some(({ counts }) => counts[code] > 0),
    );
  }

  /** Layers with dead elements, by place: the weights, and of their elements outside dead channels the share that is dead. */
  *gone(): Generator<{
    readonly place: string;
    readonly kernels: readonly Kernel[];
    readonly share: number;
    readonly count: number;
    readonly inside: InsideRule | null;
    /** Whether as many units hold as many elements, whichever they are, and dead channels hide none of them. */
    readonly alike: boolean;
  }> {
    for (const [place, { own, share, inside }] of this.#layers) {
      const pools = [...own.values()].map(({ pool }) => pool);
      const [first] = pools;
      if (first === undefined || share <= 0) continue;
      const { kernels, elements } = pools.reduce((a, b) => (a.elements >= b.elements ? a : b), first);
      const alike =
        kernels.length === 1 && pools.every((pool) => pool.uniform && seen(pool, this.state).whole);
      yield { place, kernels, share, count: share * elements, inside, alike };
    }
  }

  /** Dead elements of the weights of a network when these channels are dead; what is frozen goes on taking part. */
  counter(network: Network): CountElements {
    return (isDead) => {
      const weights = new Map<string, WeightInfo>();
      for (const layer of network.layers) for (const weight of layer.weights) weights.set(weight.key, weight);
      const result = new Map<string, ElementCount>();
      for (const key of this.#shifts) {
        const weight = weights.get(key);
        const [height = 1, width = 1] = weight?.shape ?? [];
        const channels = [...(weight?.bindings[0]?.ids ?? [])].filter((id) => !isDead(id)).length;
        if (weight !== undefined)
          result.set(key, { dead: (height * width - 1) * channels, all: height * width * channels });
      }
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

  #layerOf({ place, family }: ElementPool): Layer {
    const known = this.#layers.get(place);
    if (known !== undefined) return known;
    const layer = {
      own: new Map<string, Own>(),
      share: 0,
      last: family,
      even: true,
      inside: null,
      oneTap: false,
    };
    this.#layers.set(place, layer);
    return layer;
  }

  /** What a structure has lost, once channels and other structures have taken their part. */
  #own(layer: Layer, pool: ElementPool): Own {
    const version = versionOf(this.state);
    const known = layer.own.get(pool.family);
    const own = known ?? { pool, counts: noCounts(), version, ...seen(pool, this.state) };
    if (known === undefined) layer.own.set(pool.family, own);
    if (own.version !== version) this.#adapt(layer, own, version);
    if (layer.last === pool.family) return own;
    layer.last = pool.family;
    if (layer.share <= 0) return own;
    const mine = total(own.counts);
    const wholly = (mine * covered(pool)) / Math.max(1, own.visible);
    const others = clamp((layer.share - wholly) / Math.max(1e-9, 1 - wholly), 0, 1);
    spread(layer, own, Math.round((own.visible - mine) * others ** pool.each));
    layer.even = false;
    this.drawn(pool.place);
    return own;
  }

  /** Takes over which channels died or came back since. */
  #adapt(layer: Layer, own: Own, version: number): void {
    const now = seen(own.pool, this.state);
    const { visible: before, places } = own;
    Object.assign(own, now, { version });
    if (now.places === places || layer.share <= 0) return;
    this.drawn(own.pool.place);
    layer.even = false;
    layer.inside = null;
    // Where all of it was hidden, only the share tells.
    if (before === 0) layer.last = "";
    for (const code of codes)
      own.counts[code] = Math.round(before > 0 ? (own.counts[code] * now.visible) / before : 0);
  }
}

/** So many units that other structures of the layer hold, in the manners in which these died. */
function spread(layer: Layer, own: Own, count: number): void {
  const others = [...layer.own.values()].filter((one) => one !== own);
  const weights = codes.map((code) =>
    others.reduce((sum, { counts, pool }) => sum + counts[code] * pool.each, 0),
  );
  const all = weights.reduce((a, b) => a + b, 0);
  let left = count;
  codes.forEach((code, i) => {
    const part = all === 0 ? 0 : Math.min(left, Math.round((count * (weights[i] ?? 0)) / all));
    own.counts[code] += part;
    left -= part;
  });
  own.counts[deadCode] += left;
}

export const total = (counts: Counts): number => codes.reduce((sum, code) => sum + counts[code], 0);

const noCounts = (): Counts => ({ [deadCode]: 0, [latent]: 0, [soft]: 0, [frozen]: 0 });

/** The share of the elements of its layer that lie in units of a pool: those on a lattice lie in none. */
const covered = ({ total: all, each, elements }: ElementPool): number => (all * each) / elements;

interface Seen {
  /** Units outside dead channels. */
  readonly visible: number;
  /** No channel along the kernels is dead. */
  readonly whole: boolean;
  /** Differs where other channels are dead. */
  readonly places: number;
}

/** Units with an element outside dead channels: they are numbered by row plus column. Channels that are dead for good hide what lies in them. */
function seen({ kernels, total: all }: ElementPool, { channels }: MaskState): Seen {
  let [visible, whole, places] = [kernels.length === 0 ? all : 0, true, 0];
  for (const { units, weight } of kernels) {
    const { tall, wide } = kernelAxes(weight);
    const rank = weight.shape.length;
    const [rows, cols] = [new Uint8Array(tall).fill(1), new Uint8Array(wide).fill(1)];
    for (const { axis, ids } of weight.bindings) {
      const flags = axis === rank - 1 ? cols : axis === rank - 2 ? rows : null;
      if (flags !== null)
        ids.forEach((id, i) => (flags[i] = channels[id] === deadCode ? 0 : (flags[i] ?? 0)));
    }
    const isWhole = !rows.includes(0) && !cols.includes(0);
    whole &&= isWhole;
    if (!isWhole) for (const flag of [...rows, 2, ...cols]) places = (Math.imul(places, 31) + flag + 1) | 0;
    visible += isWhole ? units.count : distinct(units.rows, rows) * distinct(units.cols, cols);
  }
  return { visible, whole, places };
}

function distinct(numbers: Int32Array, live: Uint8Array): number {
  const met = new Set<number>();
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? -1;
    if (number >= 0 && live[i % live.length] === 1) met.add(number);
  }
  return met.size;
}
