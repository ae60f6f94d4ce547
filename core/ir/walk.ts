import { namesIn, type Name } from "../expr/names.js";
import { thresholdOf } from "./amounts.js";
import type {
  CriterionIr,
  ExprIr,
  ForEachIr,
  RegrowIr,
  RepeatIr,
  RuleIr,
  SearchIr,
  StepIr,
  TrainIr,
} from "./types.js";

/** Ways through a program: every pass, lint and printer that visits statements takes one of these. */

export type StatementIr = StepIr | RuleIr;
export type LoopIr = RepeatIr | ForEachIr | SearchIr;

const isLoop = (statement: StatementIr): statement is LoopIr =>
  statement.kind === "repeat" || statement.kind === "for-each" || statement.kind === "search";

/** A rule that holds all along its window, rather than firing at moments. */
export type Along = Extract<RuleIr, { readonly kind: "penalize" | "learn" | "freeze" | "update" | "pull" }>;
export const holdsAlong = (rule: StatementIr): rule is Along =>
  alongLists.some(([, kind]) => kind === rule.kind);

/** How loops list the rules of a phase that hold all along. */
export const alongLists = [
  ["penalties", "penalize"],
  ["learned", "learn"],
  ["frozen", "freeze"],
  ["updates", "update"],
  ["pulls", "pull"],
] as const;

/** The steps that a loop repeats; none of other steps. */
export const bodyOf = (step: StepIr): readonly StepIr[] => (isLoop(step) ? step.body : []);

/** A statement and the loops around it, the outermost first. */
export interface Placed {
  readonly statement: StatementIr;
  readonly around: readonly LoopIr[];
}

/**
 * Every statement in written order: loops before what they repeat, phases before their rules. A rule stands in every phase that it
 * governs; a paired regrow is part of its prune.
 */
export function placed(body: readonly StepIr[], around: readonly LoopIr[] = []): readonly Placed[] {
  return body.flatMap((step): readonly Placed[] => {
    const rules = step.kind === "train" ? step.rules : [];
    const inner = isLoop(step) ? placed(step.body, [...around, step]) : [];
    return [{ statement: step, around }, ...rules.map((statement) => ({ statement, around })), ...inner];
  });
}
export const statements = (body: readonly StepIr[]): readonly StatementIr[] =>
  placed(body).map(({ statement }) => statement);

/** The steps alone, without the rules of phases. */
export const steps = (body: readonly StepIr[]): readonly StepIr[] =>
  body.flatMap((step) => [step, ...steps(bodyOf(step))]);

/** Whether only a run can tell how long a phase lasts. */
export const mayEndEarly = ({ until, keeping }: TrainIr): boolean =>
  until !== undefined || keeping?.patience !== undefined;

/** Whether a step trains, or a step in it does. */
export const trains = (step: StepIr): boolean => step.kind === "train" || bodyOf(step).some(trains);

/** A statement, and the regrow that acts with it. */
export const withPaired = (statement: StatementIr): readonly StatementIr[] =>
  statement.kind === "prune" && statement.regrow !== undefined ? [statement, statement.regrow] : [statement];

/** The same program with every statement changed, in written order but for loops and phases, which follow what they hold. */
export function mapStatements(
  body: readonly StepIr[],
  change: <S extends StatementIr>(statement: S, around: readonly LoopIr[]) => S,
  around: readonly LoopIr[] = [],
): readonly StepIr[] {
  return body.map((step) => {
    if (step.kind === "train")
      return change({ ...step, rules: step.rules.map((rule) => change(rule, around)) }, around);
    if (!isLoop(step)) return change(step, around);
    return change({ ...step, body: mapStatements(step.body, change, [...around, step]) }, around);
  });
}

/** A score or a penalty that a statement works out. */
export interface Scoring {
  readonly criterion: CriterionIr;
  /** The threshold or the allocation that is worked out with it. */
  readonly beside: readonly ExprIr[];
  readonly at: "event" | "step";
  readonly penalty?: true;
}

const ofRegrow = ({ by, allocated }: RegrowIr): Scoring => ({
  criterion: by,
  beside: allocated === undefined || allocated === "evenly" ? [] : [allocated],
  at: "event",
});

/** Every score and penalty of a statement. */
export function scoringsOf(statement: StatementIr): readonly Scoring[] {
  switch (statement.kind) {
    case "prune": {
      const { by, regrow } = statement;
      const threshold = thresholdOf(statement);
      const beside = threshold === null ? [] : [threshold.value];
      return [{ criterion: by, beside, at: "event" }, ...(regrow === undefined ? [] : [ofRegrow(regrow)])];
    }
    case "regrow":
      return [ofRegrow(statement)];
    case "restore":
      return [{ criterion: statement.by, beside: [statement.above], at: "event" }];
    case "update":
      return [{ criterion: statement.by, beside: [], at: "step" }];
    case "penalize": {
      const among: readonly Scoring[] =
        statement.among === undefined ? [] : [{ criterion: statement.among.by, beside: [], at: "step" }];
      return [{ criterion: statement.by, beside: [], at: "step", penalty: true }, ...among];
    }
    case "pull": {
      const { toward } = statement;
      const threshold = thresholdOf(toward);
      return [{ criterion: toward.by, beside: threshold === null ? [] : [threshold.value], at: "step" }];
    }
    default:
      return [];
  }
}

/** The scores and penalties alone. */
export const criteriaOf = (statement: StatementIr): readonly CriterionIr[] =>
  scoringsOf(statement).map(({ criterion }) => criterion);

/** Every name that the scores, penalties, thresholds and allocations of a statement read. */
export const readIn = (statement: StatementIr): readonly Name[] =>
  namesIn(...scoringsOf(statement).flatMap(({ criterion, beside }) => [criterion.expr, ...beside]));

/** Whether some training says no batch of its own: a `finetune` keeps that of the phase before. */
export function asksForBatch(body: readonly StepIr[]): boolean {
  const phases = statements(body).filter((one) => one.kind === "train");
  return phases.some((one, i) => one.batch === undefined && !(one.finetune && i > 0));
}
