import type { CriterionIr, RuleIr, StepIr } from "../../../core/ir/types.js";

/** Every score and penalty that a statement works out. */
export function criteriaOf(statement: StepIr | RuleIr): readonly CriterionIr[] {
  switch (statement.kind) {
    case "prune":
      return [statement.criterion, ...(statement.regrow === undefined ? [] : [statement.regrow.criterion])];
    case "regrow":
    case "restore":
      return [statement.criterion];
    case "penalize":
      return [statement.penalty, ...(statement.among === undefined ? [] : [statement.among.criterion])];
    default:
      return [];
  }
}
