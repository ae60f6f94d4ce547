import type {
  PruneIr,
  RegrowIr,
  RequireIr,
  RestoreIr,
  RuleIr,
  StepIr,
  TrainIr,
} from "../../core/ir/types.js";
import type { PhaseTimes } from "../../core/schedule/schedule.js";
import type { CountAmount } from "../../core/schedule/amounts.js";
import type { Interval } from "./interval.js";
import type { State } from "./state.js";
import type { Pool } from "./world.js";

/** What is known of the data, all that times depend on. */
export interface DataFacts {
  /** Training examples; unset when there are no data yet. */
  readonly examples?: number | undefined;
  /** Examples per step where a phase says nothing. */
  readonly batch: number;
}

export interface SimulatedPhase {
  readonly train: TrainIr;
  readonly pass: number;
  readonly times: PhaseTimes;
  /** Null where the number of examples is unknown: then `times` counts in fractions of an epoch. */
  readonly stepsPerEpoch: number | null;
}

export type Acting =
  | PruneIr
  | RegrowIr
  | RestoreIr
  | Extract<RuleIr | StepIr, { readonly kind: "slim" | "evaluate" | "mark" | "rewind" }>;

export interface SimulatedEvent {
  readonly statement: Acting;
  readonly action: "prune" | "regrow" | "slim" | "restore" | "evaluate" | "mark" | "rewind";
  /** Index into the phases; null between them. */
  readonly phase: number | null;
  readonly step: number | null;
  readonly epoch: number | null;
  /** The amount with its numbers at this event; null where it has none or only a run can tell. */
  readonly amount: CountAmount | null;
  readonly nominal: number | null;
  /** Units that change sides in this event. */
  readonly reachable: Interval | null;
  readonly pools: readonly Pool[];
  readonly before: State;
  readonly state: State;
  /** Dead of the pools together afterwards. */
  readonly dead: Interval | null;
  /** True where an `until` may have ended things before. */
  readonly doubtful?: true;
  /** True for a paired event that no training follows: it drops only what it would not have regrown. */
  readonly last?: boolean;
  /** True for a rewind of masks to when something lived that a `slim` has taken out since. */
  readonly late?: boolean;
}

export interface Simulation {
  readonly phases: readonly SimulatedPhase[];
  readonly events: readonly SimulatedEvent[];
  readonly end: State;
  /** Every `require` that is certainly reached, with the masks there. */
  readonly requirements: readonly { readonly statement: RequireIr; readonly state: State }[];
  /** Statements of which only a run can tell when they act, with the reason. */
  readonly unknown: ReadonlyMap<number, string>;
  /** Every pool that was spoken of. */
  readonly pools: readonly Pool[];
  /** Statements whose soft deaths training undid, each with the `slim` or `harden masks` that came too late. */
  readonly missed: ReadonlyMap<number, number>;
  /** True when there are more events than can be listed. */
  readonly cut: boolean;
}
