import type { ExprIr, StepIr, TrainIr } from "./types.js";
import { bodyOf } from "./walk.js";

/** A condition that reads the accuracy. */
export interface AccuracyReader {
  /** Statement with the condition. */
  readonly id: number;
  /** The first phase that minimizes what is in force when the condition is reached first; null before any. */
  readonly phase: TrainIr | null;
}

/** Every condition of a program that reads the accuracy, once. */
export function accuracyReaders(body: readonly StepIr[]): readonly AccuracyReader[] {
  const found = new Map<number, AccuracyReader>();
  const firsts = new Map<string, TrainIr>();
  let phase: TrainIr | null = null;
  const look = (id: number, condition: ExprIr | undefined): void => {
    if (condition !== undefined && readsAccuracy(condition) && !found.has(id)) found.set(id, { id, phase });
  };
  const visit = (step: StepIr): void => {
    if (step.kind === "train") {
      const loss = JSON.stringify(step.loss ?? null);
      phase = firsts.get(loss) ?? step;
      firsts.set(loss, phase);
    }
    bodyOf(step).forEach(visit);
    if (step.kind === "require") look(step.id, step.condition);
    if (step.kind === "train" || step.kind === "repeat") look(step.id, step.until);
  };
  body.forEach(visit);
  return [...found.values()];
}

export const readsAccuracy = (expr: ExprIr): boolean =>
  typeof expr === "object" ? expr.slice(1).some((operand) => readsAccuracy(operand)) : expr === "accuracy";
