import { evaluate } from "../expr/evaluate.js";
import type { CurveIr } from "../ir/clauses.js";

/** `staircase` climbs in this many equal steps, the last at the very end. */
const staircaseSteps = 4;

/** The share of the way from start to end at progress `t` in 0..1, for every curve but `exponential` (which needs the ends). */
export function curveAt(curve: Exclude<CurveIr, "exponential">, t: number): number {
  switch (curve) {
    case "linear":
      return t;
    case "cubic":
      return 1 - (1 - t) ** 3;
    case "cosine":
      return (1 - Math.cos(Math.PI * t)) / 2;
    case "staircase":
      // Rounding noise must not keep a step back: 0.75 may arrive as 0.7499999.
      return Math.floor(t * staircaseSteps + 1e-9) / staircaseSteps;
    default:
      return evaluate(curve.expr, new Map([["t", t]])) ?? t;
  }
}
