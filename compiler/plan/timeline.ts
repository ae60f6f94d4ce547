import type { RequireIr } from "../ir/types.js";
import type { DataFacts, SimulatedEvent, SimulatedPhase, Simulation } from "./simulation.js";
import { mostFollowed, mostListed } from "./limits.js";
import { allAlive, type State } from "./state.js";
import type { Pool, World } from "./world.js";

/** A simulation under way. */
export class Timeline {
  readonly #phases: SimulatedPhase[] = [];
  readonly #passes = new Map<number, number>();
  readonly #events: SimulatedEvent[] = [];
  readonly #requirements: { readonly statement: RequireIr; readonly state: State }[] = [];
  readonly #pools = new Map<string, Pool>();
  readonly #unknown = new Map<number, string>();
  /** Masks at marks, at the start and at moments of phases, for `rewind masks`. */
  readonly #moments = new Map<string, State>();
  #followed = 0;
  /** Examples per step of the phase that ran last: a `finetune` keeps them. */
  batch: number | null = null;
  state: State = allAlive;

  constructor(
    readonly world: World,
    readonly data: DataFacts,
  ) {}

  /** True once there is more than can be listed or followed. */
  get full(): boolean {
    return (
      this.#events.length >= mostListed || this.#phases.length >= mostListed || this.#followed >= mostFollowed
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
    this.#events.push(event);
    this.state = event.state;
  }

  /** Every pool that was spoken of so far. */
  get seen(): readonly Pool[] {
    return [...this.#pools.values()];
  }

  /** Notes that these pools are spoken of, and takes over what died in them with channels. */
  look(pools: readonly Pool[]): readonly Pool[] {
    for (const pool of pools) this.#pools.set(pool.key, pool);
    this.state = this.world.absorb(pools, this.state, this.seen);
    return pools;
  }

  /** Notes that units of these pools may live again. */
  revive(pools: readonly Pool[]): void {
    const most = Math.max(0, ...pools.map(({ total }) => total));
    this.state = this.world.revive(pools, most, this.state, this.seen);
  }

  require(statement: RequireIr): void {
    if (this.#requirements.length < mostListed) this.#requirements.push({ statement, state: this.state });
  }

  /** From here on only a run can tell when this statement acts. */
  cannotTell(id: number, reason: string): void {
    if (!this.#unknown.has(id)) this.#unknown.set(id, reason);
  }

  remember(name: string): void {
    this.#moments.set(name, this.state);
  }

  recall(name: string): State {
    return this.#moments.get(name) ?? allAlive;
  }

  finish(): Simulation {
    return {
      phases: this.#phases,
      events: this.#events,
      end: this.state,
      requirements: this.#requirements,
      unknown: this.#unknown,
      cut: this.full,
    };
  }
}
