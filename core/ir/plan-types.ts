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
export interface PlannedEvent {
  /** Statement id. */
  readonly id: number;
  readonly action: "prune" | "regrow" | "slim" | "restore" | "evaluate" | "mark" | "rewind";
  /** Index into `phases`; null between phases. */
  readonly phase: number | null;
  /** Fraction of the phase done in epochs (2 = end of epoch 2), and the step when known. */
  readonly epoch: number | null;
  readonly step: number | null;
  /** Units: asked for by the statement, and reachable after floors, ties, alignment. Exact or a range. */
  readonly nominal: number | null;
  readonly reachable: readonly [number, number] | null;
  /** After the event: dead of all in scope. */
  readonly dead: readonly [number, number] | null;
  readonly total: number | null;
  readonly params: readonly [number, number] | null;
  readonly macs: readonly [number, number] | null;
  /** Live units per layer where exact. */
  readonly layers: readonly {
    readonly layer: string;
    readonly live: readonly [number, number];
    readonly total: number;
  }[];
}
