import type { Json } from "../../core/network/types.js";
import type { PhaseTimes } from "../../core/schedule/schedule.js";
import type { Clock } from "../run/host/journal.js";
import type { PhaseProgress } from "../run/phase/open-phase.js";
import type { OptimizerState } from "../run/phase/optimizer.js";
import type { RunRecord } from "../run/report/log.js";

/** The JSON of a checkpoint. */
export interface CheckpointState {
  /** What the run is of; a checkpoint of anything else is refused. */
  readonly identity: Identity;
  readonly clock: Clock;
  readonly journal: readonly Json[];
  readonly optimizer: OptimizerState;
  readonly phase: PhaseProgress | null;
  readonly phases: readonly (readonly [number, PhaseTimes])[];
  readonly snapshots: readonly { readonly name: string; readonly optimizer: OptimizerState }[];
  readonly keepsLast: boolean;
  readonly slims: number;
  readonly collapses: boolean;
  readonly keepsMomentum: boolean;
  readonly record: RunRecord;
  /** Wall-clock time so far: for the report alone. */
  readonly timing: { readonly startedAt: string; readonly seconds: number };
}

export interface Identity {
  readonly program: string;
  readonly network: string;
  readonly data: string;
  readonly seed: number;
  readonly batch: number;
  readonly epochs: number | null;
}
