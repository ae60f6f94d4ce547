/** An expression: a number, a name ("w", "i", "layer.std"), or `[operator, …arguments]`, e.g. ["sum", ["abs", "w"]]. */
export type ExprIr = number | string | readonly [string, ...ExprIr[]];

export type CurveIr =
  | "linear"
  | "cubic"
  | "cosine"
  | "exponential"
  | "staircase"
  /** A declared curve: `expr` over `t` in 0..1 giving 0..1. */
  | { readonly name: string; readonly expr: ExprIr };

/** A moment of a phase. `share` is of the phase's length. */
export type PointIr = { readonly epochs: ExprIr } | { readonly steps: ExprIr } | { readonly share: ExprIr };

export interface WindowIr {
  readonly from: PointIr;
  readonly to: PointIr;
}

/** `a -> b CURVE`, `from a to b CURVE`. Without `over` it moves over its rule's window (or the phase, or the iterations of a `repeat`). */
export interface MovingIr {
  readonly from: ExprIr;
  readonly to: ExprIr;
  readonly curve: CurveIr;
  readonly over?: WindowIr;
}
export type ValueIr = ExprIr | { readonly moving: MovingIr };

/** When a rule fires; see schedule.ts for the exact times. Absent for rules that hold all along. */
export interface WhenIr {
  readonly unit: "epochs" | "steps";
  /** Every so many `unit`s. */
  readonly every?: ExprIr;
  /** At these moments (ends of epochs; steps after that many updates; step 0 is before the first). */
  readonly at?: readonly ExprIr[];
  readonly window?: WindowIr;
  /** True for a moving target: its last event moves to the window's end. */
  readonly lands: boolean;
}
