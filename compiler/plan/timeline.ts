import type { Stuck } from "../../core/events/record.js";
import type { Measure } from "../../core/ir/sizes.js";
import type { CountAmount } from "../../core/schedule/amounts.js";
import type { HeldMasks } from "../../core/masks/state.js";
import type { PhaseTimes } from "../../core/schedule/schedule.js";
import type {
  PruneIr,
  RegrowIr,
  RequireIr,
  RestoreIr,
  RuleIr,
  SearchIr,
  StepIr,
  TrainIr,
} from "../../core/ir/types.js";
import { mostFollowed, mostListed, mostWork } from "./limits.js";
import { Rewinds } from "./rewinds.js";
import { SoftDeaths } from "./soft-deaths.js";
import type { Outcome } from "./outcome.js";
import type { AnyPool, World } from "./pools.js";
import type { Trial } from "./trial.js";
import { type Masks, type Sizes } from "./trial.js";

/** The number of training examples, or what gives the batches of an epoch by the examples of one, null where that is not known. */
export type TrainingLength =
  { readonly examples: number } | { readonly batches: (size: number) => number | null };

/** What is known of the data, all that times depend on. */
export interface DataFacts {
  /** Unset when there are no data yet. */
  readonly length?: TrainingLength | undefined;
  /** Examples per step where a phase says nothing. */
  readonly batch: number;
}

export interface SimulatedPhase {
  readonly train: TrainIr;
  readonly pass: number;
  readonly times: PhaseTimes;
  /** Null where nobody knows them: then `times` counts in fractions of an epoch. */
  readonly stepsPerEpoch: number | null;
}

export type Acting =
  | PruneIr
  | RegrowIr
  | RestoreIr
  | Extract<RuleIr | StepIr, { readonly kind: "slim" | "quantize" | "evaluate" | "mark" | "rewind" }>;

/** An event as one draw sees it. */
export interface DrawnEvent {
  readonly statement: Acting;
  readonly action: Acting["kind"];
  /** Index into the phases; null between them. */
  readonly phase: number | null;
  readonly step: number | null;
  readonly epoch: number | null;
  /** The amount with its numbers at this event; null where it has none or only a run can tell. */
  readonly amount: CountAmount | null;
  readonly pools: readonly AnyPool[];
  /** Null in a draw that does not get here, and where nothing is counted. */
  readonly outcome: Outcome | null;
  readonly sizes: Sizes | null;
  /** True where only a run can tell whether, or when, it comes to this. */
  readonly doubtful?: true;
  /** True for a paired event that no training follows: it drops only what it would not have regrown. */
  readonly last?: boolean;
  /** True for a rewind of masks to when something lived that a `slim` has taken out since. */
  readonly late?: boolean;
  /** Why what it emptied cannot go whole. */
  readonly stuck?: Stuck;
}

/** A `require` that is certainly reached, with what is left there. */
export interface Requirement {
  readonly statement: RequireIr;
  readonly least: Measure;
  readonly most: Measure;
}

/** A search where the timeline comes to it, and which phases and events are those of its block, by index. */
export interface SimulatedSearch {
  readonly statement: SearchIr;
  readonly phases: readonly [number, number];
  readonly events: readonly [number, number];
}

/** A simulation under way: the timeline of one draw. */
export class Timeline {
  readonly phases: SimulatedPhase[] = [];
  readonly events: DrawnEvent[] = [];
  readonly requirements: Requirement[] = [];
  readonly searches: SimulatedSearch[] = [];
  readonly unknown = new Map<number, string>();
  readonly soft = new SoftDeaths();
  readonly rewinds = new Rewinds();
  /** What took units for good, and no training, nor other weights, came after; once something has trained. */
  lastCut: number | null = null;
  #trained = false;
  readonly #passes = new Map<number, number>();
  readonly #moments = new Map<string, Masks>();
  /** Of each thing that `until` ends: whether it may have ended already, and whether it has in this draw. */
  readonly #ends: { doubted: boolean; left: boolean }[] = [];
  #followed = 0;
  /** True once something was left out because there was too much. */
  cut = false;
  /** Some number hangs on scores, or on chance. */
  unsure = false;
  /** Examples per step of the phase that ran last: a `finetune` keeps them. */
  batch: number | null = null;

  constructor(
    readonly world: World,
    readonly data: DataFacts,
    readonly trial: Trial,
    /** A timeline that goes as far as this one shall. */
    readonly like?: Timeline,
  ) {}

  /** True once there is more than can be listed or followed. */
  get full(): boolean {
    if (this.#isSpent) this.cut = true;
    return this.cut || (this.trial.draw === null && this.unsure);
  }

  get #isSpent(): boolean {
    return (
      this.events.length >= (this.like?.cut === true ? this.like.events.length : mostListed) ||
      this.phases.length >= mostListed ||
      this.#followed >= mostFollowed ||
      (this.like === undefined && this.trial.work >= mostWork)
    );
  }

  /** Notes that a statement, or a pass through a loop, is about to be followed. */
  follow(): void {
    this.#followed++;
  }

  startPhase(phase: Omit<SimulatedPhase, "pass">): number {
    const pass = (this.#passes.get(phase.train.id) ?? 0) + 1;
    this.#passes.set(phase.train.id, pass);
    this.phases.push({ ...phase, pass });
    this.rewinds.phase(phase.train);
    return this.phases.length - 1;
  }

  add(event: Omit<DrawnEvent, "sizes">): void {
    const { outcome } = event;
    const sizes = this.gone ? null : this.trial.sizes(outcome?.between);
    const told = [
      outcome?.nominal,
      outcome?.changed,
      outcome?.dead,
      ...(outcome?.pools ?? []),
      sizes?.params,
    ];
    if (told.some((one) => one?.sure === false) || outcome?.short !== undefined) this.unsure = true;
    const { statement } = event;
    if (this.#trained && statement.kind === "prune" && statement.manner === "held")
      if ((outcome?.changed?.value ?? 0) > 0) this.lastCut = statement.id;
    this.events.push({
      ...event,
      sizes,
      ...(this.#ends.some(({ doubted }) => doubted) && { doubtful: true }),
    });
  }

  /** From here on only a run can tell when this statement acts. */
  cannotTell(id: number, reason: string): void {
    if (!this.unknown.has(id)) this.unknown.set(id, reason);
  }

  /** Whether this draw has left what it is in. */
  get gone(): boolean {
    return this.#ends.some(({ left }) => left);
  }

  train(): void {
    this.soft.trained();
    this.#trained = true;
    if (!this.gone) this.trial.train();
    this.change();
  }

  /** Weights are others from here on. */
  change(): void {
    if (this.gone) return;
    this.trial.weights = null;
    this.trial.fresh.clear();
    this.lastCut = null;
  }

  /** Masks came with the network: what is dead from the start. */
  hold(masks: HeldMasks): void {
    this.trial.hold(masks);
    this.remember("start");
  }

  remember(name: string): void {
    if (!this.gone) this.#moments.set(name, this.trial.masks());
  }

  recall(name: string): Masks | undefined {
    return this.#moments.get(name);
  }

  /** The block of a search, gone through once for all its trials. */
  search(statement: SearchIr, block: () => void): void {
    const [phases, events] = [this.phases.length, this.events.length];
    block();
    this.searches.push({
      statement,
      phases: [phases, this.phases.length],
      events: [events, this.events.length],
    });
  }

  /** From here on, `mayLeave` speaks of what ends with `leave`. */
  enter(): void {
    this.#ends.push({ doubted: false, left: false });
  }

  /** `until` may hold at this moment, or `while` not: what follows may not happen. True where this draw leaves here. */
  mayLeave(): boolean {
    const end = this.#ends.at(-1);
    if (end === undefined) return false;
    end.doubted = true;
    this.unsure = true;
    // The first draw goes all the way.
    if ((this.trial.draw ?? 0) === 0 || this.gone || this.trial.dice.uniform() >= 0.4) return false;
    end.left = true;
    return true;
  }

  /** Whether nothing has been cut so far, for certain. */
  get uncut(): boolean {
    return this.unknown.size === 0 && !this.events.some(({ action }) => action === "prune");
  }

  /** The end of what was entered last: nobody knows how far it went. */
  leave(): void {
    const end = this.#ends.pop();
    if (end?.doubted === true) this.trial.ledger.blurAll();
  }

  get doubted(): boolean {
    return this.#ends.some(({ doubted }) => doubted);
  }
}
