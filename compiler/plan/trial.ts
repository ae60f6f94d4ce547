import type { PruningContext } from "../../core/events/context.js";
import { harden } from "../../core/masks/harden.js";
import type { Measure, SizeName } from "../../core/ir/sizes.js";
import { elementCounts, measure } from "../../core/masks/measure.js";
import {
  dead,
  frozen,
  latent,
  living,
  newMaskState,
  soft,
  touch,
  versionOf,
  type HeldMasks,
  type MaskState,
} from "../../core/masks/state.js";
import { invertUnits } from "../../core/masks/invert.js";
import { shuffleUnits } from "../../core/masks/shuffle.js";
import type { Stuck } from "../../core/events/record.js";
import type { PruneIr } from "../../core/ir/types.js";
import type { LatencyModel } from "../../core/latency/model.js";
import type { Network } from "../../core/network/types.js";
import { absorb } from "../../core/surgery/absorb.js";
import { slim, slimStore } from "../../core/surgery/slim.js";
import type { ParameterStore } from "../../core/parameters.js";
import { spaceOf } from "../../core/units/spaces.js";
import { Dice } from "./dice.js";
import { Elements } from "./elements.js";
import { absorbedBy } from "./emptied.js";
import { Ledger } from "./ledger.js";
import { heldRules, holdsEmpty } from "./held.js";
import { writeShifts, type Shifts } from "./shifts.js";
import { noNetwork } from "./no-network.js";
import { channelPlaces, type AnyPool, type World } from "./pools.js";

/** A number of one draw, and whether every run has the same. */
export interface Told {
  readonly value: number;
  readonly sure: boolean;
}

/** Sizes of the network with dead units gone. */
export type Sizes = Readonly<Record<ToldSize, Told>>;
export type ToldSize = Exclude<SizeName, "bytes">;

/** Masks at a moment, for `rewind masks`. */
export interface Masks {
  readonly channels: Uint8Array;
  readonly elements: Elements;
  readonly ledger: Ledger;
  readonly slims: number;
}

const weightPlaces = (paths: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...paths].map((path) => `weights ${path}`));

const copyOf = (weights: ParameterStore): ParameterStore =>
  new Map([...weights].map(([key, one]) => [key, { ...one, data: one.data.slice() }]));

/**
 * One draw of the dry run: the engine at work on masks without weights. Channels die on their codes as in a run, elements by number;
 * scores are drawn. Without a network there is nothing but numbers.
 */
export class Trial {
  readonly dice: Dice;
  readonly original: Network;
  network: Network;
  state: MaskState;
  elements: Elements;
  ledger = new Ledger();
  /** Whether branches may go whole from here on. */
  collapses = false;
  /** Units that live and may hold nothing but zeros: a `slim` may find them constant. */
  blank = false;
  /** Whether anything was chosen by scores that were drawn. */
  guessed = false;
  /** Units, by root, that came back as zeros and have not trained yet. */
  readonly fresh = new Set<number>();
  slims = 0;
  readonly shifts: Shifts = { known: [], doubted: [] };
  /** By path, whether attention over the taps of a layer was shared by all filters, whenever some was learned. */
  readonly sharedTaps = new Map<string, boolean>();
  /** Whether some `slim` may have taken out other channels in another run. */
  #slimsDiffer = false;
  /** Units looked at, about. */
  work = 0;
  /** Changes of single elements when masks beside the network had been taken over: until the next, its weights show all of them. */
  #held = 0;
  #stuck: { readonly manner: PruneIr["manner"]; readonly stuck: Stuck } | undefined;
  #sizes: { readonly version: number; readonly network: Network; readonly measured: Measure } | null = null;

  /** The network's weights, a copy of them; null where nobody gave any, or once they have trained. */
  weights: ParameterStore | null;

  /** `draw` null: scores that are all alike, for programs of which no number hangs on them. */
  constructor(
    readonly world: World,
    readonly draw: number | null,
    weights?: ParameterStore,
    /** Units, by root, that hold nothing in the file. */
    readonly idle: ReadonlySet<number> = new Set(),
  ) {
    this.weights = weights === undefined ? null : copyOf(weights);
    this.dice = new Dice(draw ?? 0);
    this.original = world.network ?? noNetwork;
    this.network = this.original;
    this.state = newMaskState(this.network.channels.count);
    this.elements = this.#newElements();
  }

  #newElements(): Elements {
    return new Elements(this.state, this.dice, (place) => this.ledger.blur([place]));
  }

  get times(): LatencyModel | null {
    return this.world.times;
  }

  /** Whether a `slim` has taken whole branches out. */
  get hasLostBranches(): boolean {
    return this.network.calls.length < this.original.calls.length;
  }

  /** Where in the middle of what may happen this draw stands: spread evenly over the draws. */
  share(): number {
    return this.draw === null ? 0.5 : ((this.draw * 5 + 3) % 8) / 7;
  }

  context(paths: readonly string[]): PruningContext {
    return {
      original: this.original,
      network: this.network,
      parameters: this.weights ?? new Map(),
      slots: new Map(),
      state: this.state,
      seed: 1,
      times: this.times,
      countElements: this.elements.counter(this.network),
      layersOf: () => paths,
    };
  }

  body() {
    const { network, state } = this;
    return { network, parameters: this.weights ?? new Map(), slots: new Map(), state };
  }

  /** Dead units of a pool. */
  deadOf(pool: AnyPool): number {
    const { channels } = this.state;
    switch (pool.kind) {
      case "channels": {
        const { roots } = pool;
        let n = 0;
        for (let i = 0; i < roots.length; i++) if (channels[roots[i] ?? -1] !== living) n++;
        return n;
      }
      case "branch":
        return pool.roots.every((root) => channels[root] !== living) ? 1 : 0;
      case "elements": {
        this.work += 20 + 5 * pool.layers.length;
        const { alive } = this.elements.view(pool);
        return pool.total - alive;
      }
    }
  }

  /** What is in the way of how a pool's channels count for elements in them. */
  isPlain(pool: AnyPool): boolean {
    if (pool.kind !== "elements" || pool.kernels.length === 0 || this.world.network === null) return true;
    if (!pool.cellular && !this.elements.view(pool).whole) return false;
    return this.#placesOn(pool).every((place) => this.ledger.isFixed(place));
  }

  readonly #places = new Map<string, readonly string[]>();

  #placesOn(pool: Extract<AnyPool, { kind: "elements" }>): readonly string[] {
    const known = this.#places.get(pool.place);
    if (known !== undefined) return known;
    const roots = new Set<number>();
    for (const { weight } of pool.kernels)
      for (const { ids } of weight.bindings) for (const id of ids) roots.add(this.original.channels.find(id));
    const found = this.placesOf(roots);
    this.#places.set(pool.place, found);
    return found;
  }

  /** Any channel may have gone, and what is counted in them. */
  blurChannels(): void {
    this.ledger.blurAll();
    this.ledger.blur(channelPlaces(this.original));
  }

  /** Where the units with these roots are pruned. */
  placesOf(roots: ReadonlySet<number>): readonly string[] {
    return channelPlaces(
      this.original,
      this.original.units.filter(({ root }) => roots.has(root)),
    );
  }

  /** A step of training: what died softly lives. */
  train(): void {
    const { channels } = this.state;
    if (this.idle.size > 0) this.blank = true;
    if (this.#stuck?.manner === "softly") this.#stuck = undefined;
    if (channels.includes(soft)) {
      for (let i = 0; i < channels.length; i++) if (channels[i] === soft) channels[i] = living;
      touch(this.state);
      this.blank = true;
    }
    if (this.elements.has(soft)) {
      this.elements.recode(soft, null);
      this.blank = true;
    }
  }

  /** What masks beside the network hold is dead; of single weights it is counted. */
  hold({ channels, elements }: HeldMasks): void {
    const { network, state, world } = this;
    state.channels.set(channels);
    touch(state);
    const counts = elementCounts(network, { ...state, elements: new Map(elements) });
    const layers = network.layers.map(({ path }) => path);
    const target = { structure: "weights", selection: { in: "*", layers }, joins: "couple" } as const;
    for (const pool of world.pools(target, new Map())) {
      if (pool.kind !== "elements") continue;
      const gone = pool.kernels.reduce((sum, { weight }) => sum + (counts.get(weight.key)?.dead ?? 0), 0);
      this.elements.kill(pool, gone, dead, heldRules(pool, { channels, elements }));
    }
    this.#held = this.elements.changes;
    this.blank = holdsEmpty(network, { channels, elements });
  }

  /** Soft and latent deaths become final in these layers (paths; in all when unset). */
  harden(paths?: ReadonlySet<string>): void {
    harden(this.body(), paths && [...paths]);
    if (paths !== undefined) {
      const torn = this.original.units.filter(({ producers }) => {
        const inside = producers.filter((index) => paths.has(this.original.layers[index]?.path ?? "")).length;
        return inside > 0 && inside < producers.length;
      });
      this.ledger.blur(channelPlaces(this.original, torn));
    }
    const places = paths && weightPlaces(paths);
    this.elements.recode(soft, dead, places);
    this.elements.recode(latent, dead, places);
  }

  /** Takes the dead out of the network. Returns why, where that cannot be as asked for. */
  slim(keepsTaps = false): Stuck | undefined {
    const stuck = this.#stuck?.stuck;
    this.#takeOut();
    if (!keepsTaps && this.world.network !== null) writeShifts(this);
    return stuck;
  }

  #takeOut(): void {
    this.harden();
    this.slims++;
    if (this.world.network === null) return;
    this.work += 2 * this.network.channels.count;
    for (const root of this.#absorbed()) {
      const unit = this.network.units.find((one) => one.root === root);
      for (const channel of unit?.channels ?? []) this.state.channels[channel] = dead;
    }
    this.#slimsDiffer ||= !this.ledger.areFixed("channels");
    const isDead = (channel: number): boolean => this.state.channels[channel] === dead;
    touch(this.state);
    if (!this.network.units.some(({ root }) => isDead(root))) return;
    const { slimming } = slim(this.network, isDead, { allowingCollapse: this.collapses });
    if (slimming === null) return;
    for (let channel = 0; channel < this.state.channels.length; channel++)
      if (slimming.isDead(channel)) this.state.channels[channel] = dead;
    this.network = slimming.network;
    if (this.weights !== null) this.weights = slimStore(slimming, this.weights);
  }

  /** Units, by root, that hold one value: with weights in hand, and nothing dead in them that is only counted, as in a run. */
  #absorbed(): ReadonlySet<number> {
    const shown = this.elements.gone().next().done === true || this.elements.changes === this.#held;
    if (this.weights === null || !shown) return absorbedBy(this);
    const isDead = (channel: number): boolean => this.state.channels[channel] === dead;
    const { network, absorbed } = absorb(this.network, this.weights, isDead);
    this.network = network;
    if (absorbed.size > 0 && this.guessed) this.blurChannels();
    return absorbed;
  }

  /** Why layers that died softly or latently to the last unit would not have gone at a `slim`. */
  noteStuck(manner: PruneIr["manner"], stuck: Stuck | undefined): void {
    if (manner !== "held") this.#stuck = stuck && { manner, stuck };
  }

  masks(): Masks {
    const channels = this.state.channels.slice();
    return {
      channels,
      elements: this.elements.copyFor(this.state),
      ledger: this.ledger.copy(),
      slims: this.slims,
    };
  }

  /** All that a pass of a loop may change, so that it can be undone; what is known of it stays as the pass left it. */
  kept(): () => void {
    const { network, collapses, slims } = this;
    const { channels, elements } = this.masks();
    const weights = this.weights && copyOf(this.weights);
    return () => {
      this.state.channels.set(channels);
      touch(this.state);
      Object.assign(this, { network, collapses, slims, weights, elements: elements.copyFor(this.state) });
    };
  }

  /** Puts masks back: what a `slim` has taken out since stays dead. True where something lived then that is gone. */
  rewind(earlier: Masks | undefined): boolean {
    const { channels } = this.state;
    const present = new Uint8Array(channels.length);
    for (const unit of this.network.units) for (const channel of unit.channels) present[channel] = 1;
    let late = false;
    for (const { root, channels: own } of this.original.units) {
      const was = earlier?.channels[root] ?? living;
      if (present[root] !== 1 && channels[root] === dead) {
        late ||= was === living;
        continue;
      }
      for (const channel of own) channels[channel] = earlier?.channels[channel] ?? living;
    }
    touch(this.state);
    this.elements = earlier === undefined ? this.#newElements() : earlier.elements.copyFor(this.state);
    this.ledger = earlier?.ledger.copy() ?? new Ledger();
    if (late || (this.#slimsDiffer && this.slims > (earlier?.slims ?? 0))) this.blurChannels();
    return late && !this.#slimsDiffer;
  }

  /** The same numbers at other places, or dead and living exchanged: of units, and of elements (paths; in all when unset). */
  rearrange(how: "shuffle" | "invert", paths: readonly string[], all?: ReadonlySet<string>): void {
    this.elements[how](all && weightPlaces(all));
    // What an inversion leaves of a ranking over several layers is nothing that all draws agree on.
    if (how === "invert") this.ledger.keepSure();
    if (this.world.network === null || !this.state.channels.some((code) => code !== living)) return;
    const space = spaceOf(this.context(paths), "units", {});
    (how === "shuffle" ? shuffleUnits : invertUnits)(this.body(), space, 1, this.draw ?? 0);
  }

  /** The sizes now, or of what was measured; a branch that has nothing left is gone. */
  sizes(measured?: Measure): Sizes | null {
    const now = measured ?? this.#measuredNow();
    if (now === null) return null;
    const sure = this.ledger.areFixed("channels") && this.shifts.doubted.length === 0;
    const gone = [...this.elements.gone()];
    // Elements in channels that may wake are counted as living ones.
    const asleep = () => this.state.channels.includes(soft) || this.state.channels.includes(latent);
    const counted =
      gone.length === 0
        ? sure
        : sure && !asleep() && gone.every((one) => one.alike && this.ledger.isFixed(one.place));
    const nonzero = measured === undefined && this.elements.any ? this.measured() : now;
    return {
      params: { value: now.params, sure },
      macs: { value: now.macs, sure },
      "nonzero params": { value: nonzero["nonzero params"], sure: counted },
      "nonzero macs": { value: nonzero["nonzero macs"], sure: counted },
      latency: { value: now.latency, sure },
    };
  }

  #measuredNow(): Measure | null {
    if (this.world.network === null) return null;
    const version = versionOf(this.state);
    const known = this.#sizes;
    if (known?.version !== version || known.network !== this.network) {
      this.work += this.network.channels.count / 4;
      const { network, state, times } = this;
      this.#sizes = { version, network, measured: measure(network, state, { times }) };
    }
    return this.#sizes?.measured ?? null;
  }

  /** With dead elements taken off. */
  measured(): Measure {
    this.work += this.network.channels.count;
    const { network, state, times, elements } = this;
    return measure(network, state, { times, counted: elements.counter(network) });
  }

  /** Whether units of these pools stand at their initial values. */
  isFrozen(pools: readonly AnyPool[]): boolean {
    const { channels } = this.state;
    if (!channels.includes(frozen)) return false;
    return pools.some(
      (pool) => pool.kind === "channels" && pool.roots.some((root) => channels[root] === frozen),
    );
  }
}
