/** What will happen, worked out before any training. */
export interface PlanIr {
  readonly network: {
    readonly name: string;
    readonly params: number;
    readonly macs: number;
    readonly units: number;
  };
  readonly phases: readonly PlannedPhase[];
  readonly events: readonly PlannedEvent[];
}
export interface PlannedPhase {
  /** Statement id, and which pass through it (1 for the first; repeats count on). */
  readonly id: number;
  readonly pass: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number | null;
}
/** A count: a number where every run has the same, else about so many, and the least and the most that dry runs came to. */
export type Estimate = number | { readonly about: number; readonly from: number; readonly to: number };

export interface PlannedEvent {
  /** Statement id. */
  readonly id: number;
  readonly action: "prune" | "regrow" | "slim" | "restore" | "evaluate" | "mark" | "rewind";
  /** Index into `phases`; null between phases. */
  readonly phase: number | null;
  /** Fraction of the phase done in epochs (2 = end of epoch 2), and the step when known. */
  readonly epoch: number | null;
  readonly step: number | null;
  /** Only a run can tell whether it comes to this, or when: an `until` may end things before, or the data say when it is. */
  readonly doubtful?: true;
  /** Units: asked for by the statement, and those that change sides after floors, ties, alignment. */
  readonly nominal: Estimate | null;
  readonly reachable: Estimate | null;
  /** After the event: dead of all in scope. */
  readonly dead: Estimate | null;
  readonly total: number | null;
  /** What a `slim` would leave. */
  readonly params: Estimate | null;
  readonly macs: Estimate | null;
  /** Live units per layer. */
  readonly layers: readonly { readonly layer: string; readonly live: Estimate; readonly total: number }[];
}
