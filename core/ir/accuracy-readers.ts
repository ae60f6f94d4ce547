import { diagnostic } from "../diagnostics/create.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { isAccuracy, qualityIn, qualityNames, type AccuracyName } from "./qualities.js";
import type { ExprIr, StepIr, TrainIr } from "./types.js";
import { bodyOf, steps } from "./walk.js";

/** What a step compares, to go on or to end. */
export function conditionsOf(step: StepIr): readonly ExprIr[] {
  if (step.kind === "require") return [step.condition];
  if (step.kind === "search") return [step.maximizing];
  const written =
    step.kind === "repeat"
      ? [step.while, step.until]
      : step.kind === "train"
        ? [step.until, step.keeping?.by]
        : [];
  return written.filter((condition) => condition !== undefined);
}

/** Moments whose accuracy or loss some condition compares with what it measures. */
export function comparedMoments(body: readonly StepIr[]): readonly ("start" | "dense")[] {
  const names = steps(body).flatMap((step) => conditionsOf(step).flatMap(namesOf));
  return (["start", "dense"] as const).filter((moment) =>
    qualityNames.some((quality) => names.includes(`${moment}.${quality}`)),
  );
}

/** A condition that reads an accuracy. */
export interface AccuracyReader {
  /** Statement with the condition. */
  readonly id: number;
  readonly reads: readonly AccuracyName[];
  /** The first phase that minimizes what is in force when the condition is reached first; null before any. */
  readonly phase: TrainIr | null;
}

/** Every condition of a program that reads an accuracy, once. */
export function accuracyReaders(body: readonly StepIr[]): readonly AccuracyReader[] {
  const found = new Map<number, AccuracyReader>();
  const firsts = new Map<string, TrainIr>();
  let phase: TrainIr | null = null;
  const look = (step: StepIr): void => {
    const reads = accuraciesOf(step);
    if (reads.length > 0 && !found.has(step.id)) found.set(step.id, { id: step.id, reads, phase });
  };
  const visit = (step: StepIr): void => {
    if (step.kind === "train") {
      const loss = JSON.stringify(step.loss ?? null);
      phase = firsts.get(loss) ?? step;
      firsts.set(loss, phase);
    }
    bodyOf(step).forEach(visit);
    look(step);
  };
  body.forEach(visit);
  return [...found.values()];
}

/** The accuracies that the conditions of a step read, now or at earlier moments. */
export function accuraciesOf(step: StepIr): readonly AccuracyName[] {
  const read = conditionsOf(step).flatMap(namesOf).map(qualityIn);
  return [...new Set(read.filter((name) => name !== null && isAccuracy(name)))];
}

/** The names in a condition. */
export const namesOf = (expr: ExprIr): readonly string[] =>
  typeof expr === "object" ? expr.slice(1).flatMap(namesOf) : typeof expr === "string" ? [expr] : [];

/** What may choose among networks that it trained: a phase that keeps its best epoch, what goes on or ends by what it measures. */
interface Chooser {
  readonly kind: StepIr["kind"];
  readonly keeping?: unknown;
  readonly while?: ExprIr | undefined;
  readonly until?: ExprIr | undefined;
  readonly maximizing?: ExprIr;
}

/** What a step chooses by what is measured on data; null where it chooses nothing. */
export function choiceOf({ kind, keeping, while: goesOn, until, maximizing }: Chooser): string | null {
  if (kind === "train" && keeping !== undefined) return "the best epoch";
  if (goesOn !== undefined && readsData(goesOn)) return "the last pass that holds";
  if (maximizing !== undefined && readsData(maximizing)) return "the best trial";
  if (until === undefined || !readsData(until)) return null;
  return kind === "train" ? "the epoch that ends the training" : "the pass that ends the loop";
}

/** Whether knowing a condition takes an evaluation: accuracy, loss, or a metric in JavaScript. */
export const readsData = (condition: ExprIr): boolean =>
  namesOf(condition).some((name) => qualityIn(name) !== null || metricIn(name) !== null);

const ofMetrics = "metrics.";
/** A metric in JavaScript, as conditions name it. */
export const metricName = (name: string): `metrics.${string}` => `${ofMetrics}${name}`;
/** The metric that a name of a condition means; null where it means none. */
export const metricIn = (name: string): string | null =>
  name.startsWith(ofMetrics) ? name.slice(ofMetrics.length) : null;

/** A network that is chosen by the data it is tested on looks better than it is. */
export const chosenOnTest = (choice: string): Diagnostic =>
  diagnostic("P6012", `${choice} is chosen on the test split, whose accuracy then says too much`, null, {
    help: 'hold a part of the training data out: `data "…" validation 10%`',
  });
