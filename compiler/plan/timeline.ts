import type { RequireIr } from "../../core/ir/types.js";
import type { DataFacts, SimulatedEvent, SimulatedPhase, Simulation } from "./simulation.js";
import { allBlank, cameBlank } from "./blank.js";
import { either } from "./either.js";
import { mostCounted, mostFollowed, mostListed, pairsALook, slimLooks, walkLooks } from "./limits.js";
import { unread } from "./loaded.js";
import { hardened, trained } from "./loose.js";
import { rewound, withRemoved } from "./removed.js";
import { SoftDeaths } from "./soft-deaths.js";
import { allAlive, deadOf, type State } from "./state.js";
import type { Pool, Sizes, World } from "./world.js";

/** The masks at a moment, and those remembered until then. */
interface Course {
  readonly state: State;
  readonly moments: ReadonlyMap<string, State>;
}

const everything = { include: [], exclude: [] };
const everyUnit = { structure: { name: "units" }, selection: everything, joins: "couple" } as const;
const everyWeight = { structure: { name: "weights" }, selection: everything, joins: "couple" } as const;

/** A simulation under way. */
export class Timeline {
  readonly #phases: SimulatedPhase[] = [];
  readonly #passes = new Map<number, number>();
  readonly #events: SimulatedEvent[] = [];
  readonly #requirements: { readonly statement: RequireIr; readonly state: State }[] = [];
  readonly #pools = new Map<string, Pool>();
  readonly #unknown = new Map<number, string>();
  readonly soft = new SoftDeaths();
  /** Masks at marks, at the start and at moments of phases, for `rewind masks`. */
  #moments = new Map<string, State>();
  /** Where the program may have left off what it is in: by the depth of what `until` ends, all courses taken as one. */
  readonly #left: (Course | null)[] = [];
  /** How many `until` there are that may have ended things before this moment. */
  #doubts = 0;
  #followed = 0;
  /** Examples per step of the phase that ran last: a `finetune` keeps them. */
  batch: number | null = null;
  state: State = allAlive;

  readonly world: World;
  #counted = 0;

  constructor(
    world: World,
    readonly data: DataFacts,
  ) {
    const { sizes } = world;
    const after: Sizes["after"] = (pools, state) => {
      this.#counted += walkLooks * pools.length;
      return sizes?.after(pools, state) ?? { params: [0, 0], macs: [0, 0] };
    };
    const separable: World["separable"] = (pools) => {
      this.#counted += walkLooks * this.#pools.size;
      return world.separable(pools);
    };
    this.world = { ...world, separable, sizes: sizes && { ...sizes, after } };
  }

  /** True once there is more than can be listed or followed. */
  get full(): boolean {
    return (
      this.#events.length >= mostListed ||
      this.#phases.length >= mostListed ||
      this.#followed >= mostFollowed ||
      this.#counted >= mostCounted
    );
  }

  /** Notes that a statement, or a pass through a loop, is about to be followed. */
  follow(): void {
    this.#followed++;
  }

  startPhase(phase: Omit<SimulatedPhase, "pass">): number {
    const pass = (this.#passes.get(phase.train.id) ?? 0) + 1;
    this.#passes.set(phase.train.id, pass);
    this.#phases.push({ ...phase, pass });
    return this.#phases.length - 1;
  }

  add(event: SimulatedEvent): void {
    this.#events.push(this.#doubts > 0 ? { ...event, doubtful: true } : event);
    this.state = event.state;
  }

  /** Every pool that was spoken of so far. */
  get seen(): readonly Pool[] {
    return [...this.#pools.values()];
  }

  /** Notes that these pools are spoken of, and takes over what died in them with channels. */
  look(pools: readonly Pool[]): readonly Pool[] {
    for (const pool of pools) this.#pools.set(pool.key, pool);
    this.#counted += pools.length + (pools.length * (this.#pools.size - pools.length)) / pairsALook;
    this.state = this.world.absorb(pools, this.state, this.seen);
    return pools;
  }

  /** Notes that units of these pools may live again. */
  revive(pools: readonly Pool[]): void {
    const most = Math.max(0, ...pools.map(({ total }) => total));
    this.state = this.world.revive(pools, most, this.state, this.seen);
  }

  /** Training: what died softly lives. */
  train(): void {
    this.soft.trained();
    const before = this.state;
    const after = trained(before, this.seen);
    if (after === before) return;
    this.state = cameBlank(this.seen, before, after);
    const woken = this.seen.filter((pool) => deadOf(before, pool) !== deadOf(after, pool));
    this.revive(woken);
  }

  /** Soft and latent deaths become final in these layers (paths; in all when unset). */
  harden(id: number, paths?: ReadonlySet<string>): void {
    this.soft.end(id);
    this.state = hardened(this.state, this.seen, paths);
  }

  /** Takes out what is dead, and what single deaths have emptied. */
  slim(id: number): void {
    this.soft.end(id);
    this.#takeOut();
  }

  /** There may be a `slim` now. */
  maySlim(): void {
    const before = this.state;
    this.#takeOut();
    this.state = either(before, this.state);
  }

  #takeOut(): void {
    this.state = hardened(this.state, this.seen);
    const channels = this.world.pools(everyUnit, new Map());
    this.#counted += slimLooks * channels.length;
    this.look(this.seen);
    const before = this.state;
    const after = this.world.slim(this.seen, before, channels);
    if (after !== before) for (const pool of channels) this.#pools.set(pool.key, pool);
    this.state = withRemoved(after, this.seen);
  }

  /** Weights are read: any may be zero. */
  loadWeights(): void {
    this.look(this.world.pools(everyUnit, new Map()));
    this.state = allBlank(this.state, this.seen);
  }

  /** Masks are read: of these layers (paths; of all when null) nothing is known any more. */
  load(paths: ReadonlySet<string> | null): void {
    this.look(this.world.pools(everyUnit, new Map()));
    this.look(this.world.pools(everyWeight, new Map()));
    this.state = unread(this.state, this.seen, paths);
  }

  require(statement: RequireIr): void {
    if (this.#doubts === 0 && this.#requirements.length < mostListed)
      this.#requirements.push({ statement, state: this.state });
  }

  /** From here on only a run can tell when this statement acts. */
  cannotTell(id: number, reason: string): void {
    if (!this.#unknown.has(id)) this.#unknown.set(id, reason);
  }

  remember(name: string): void {
    this.#moments.set(name, this.state);
  }

  /** Notes that it may be now that a name is given. */
  mayRemember(name: string): void {
    const known = this.#moments.get(name);
    this.#moments.set(name, known === undefined ? this.state : either(known, this.state));
  }

  /** From here on, `mayLeave` speaks of what ends with `leave`. */
  enter(): void {
    this.#left.push(null);
  }

  /** `until` may hold at this moment: what follows may not happen. */
  mayLeave(): void {
    const known = this.#left.pop();
    if (known === undefined) return;
    if (known === null) this.#doubts++;
    this.#left.push(known === null ? this.#course : eitherCourse(known, this.#course));
  }

  /** The end of what was entered last: whatever may have held when it was left may hold now. */
  leave(): void {
    const left = this.#left.pop();
    if (left === null || left === undefined) return;
    this.#doubts--;
    const { state, moments } = eitherCourse(left, this.#course);
    this.state = state;
    this.#moments = new Map(moments);
  }

  get #course(): Course {
    return { state: this.state, moments: new Map(this.#moments) };
  }

  /** The masks as they were. */
  recall(name: string): State {
    return this.#moments.get(name) ?? allAlive;
  }

  /** Those masks in the network as it is. */
  rewind(earlier: State): State {
    return rewound(earlier, this.state, this.seen);
  }

  finish(): Simulation {
    return {
      phases: this.#phases,
      events: this.#events,
      end: this.state,
      requirements: this.#requirements,
      unknown: this.#unknown,
      pools: this.seen,
      missed: this.soft.missed,
      cut: this.full,
    };
  }
}

/** A moment that only one course has been through is as it was there: without it nothing goes back to it. */
function eitherCourse(a: Course, b: Course): Course {
  const moments = new Map(a.moments);
  for (const [name, state] of b.moments) moments.set(name, either(moments.get(name) ?? state, state));
  return { state: either(a.state, b.state), moments };
}
