import { namesIn, type Name } from "../expr/names.js";
import type { CriterionIr, ExprIr, RegrowIr, RuleIr, StepIr } from "./types.js";

/** A score or a penalty that a statement works out. */
export interface Scoring {
  readonly criterion: CriterionIr;
  /** The threshold or the allocation that is worked out with it. */
  readonly beside: readonly ExprIr[];
  readonly at: "event" | "step";
  readonly penalty?: true;
}

const ofRegrow = ({ criterion, allocated }: RegrowIr): Scoring => ({
  criterion,
  beside: allocated === undefined || allocated === "evenly" ? [] : [allocated],
  at: "event",
});

/** Every score and penalty of a statement. */
export function scoringsOf(statement: StepIr | RuleIr): readonly Scoring[] {
  switch (statement.kind) {
    case "prune": {
      const { criterion, amount, regrow } = statement;
      const beside = amount.kind === "threshold" ? [amount.value] : [];
      return [{ criterion, beside, at: "event" }, ...(regrow === undefined ? [] : [ofRegrow(regrow)])];
    }
    case "regrow":
      return [ofRegrow(statement)];
    case "restore":
      return [{ criterion: statement.criterion, beside: [statement.above], at: "event" }];
    case "update":
      return [{ criterion: statement.criterion, beside: [], at: "step" }];
    case "penalize": {
      const among: readonly Scoring[] =
        statement.among === undefined
          ? []
          : [{ criterion: statement.among.criterion, beside: [], at: "step" }];
      return [{ criterion: statement.penalty, beside: [], at: "step", penalty: true }, ...among];
    }
    default:
      return [];
  }
}

/** Every name that the scores, penalties, thresholds and allocations of a statement read. */
export const readIn = (statement: StepIr | RuleIr): readonly Name[] =>
  namesIn(...scoringsOf(statement).flatMap(({ criterion, beside }) => [criterion.expr, ...beside]));
