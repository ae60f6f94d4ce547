import { neverActsOf } from "../../../core/ir/words.js";
import { holdsAlong } from "../../../core/ir/walk.js";
import { distinct, statements, type Lint } from "./finding.js";

/** A window that lies beyond the training, or a grid that training never reaches: the rule does nothing. */
export const neverActs: Lint = ({ ir, simulation }) => {
  if (simulation.cut) return [];
  const acted = new Set(simulation.events.map(({ statement }) => statement.id));
  const rules = distinct(statements(ir.body)).filter((one) => "when" in one && one.when !== undefined);
  return rules
    .filter((rule) => !holdsAlong(rule) && !acted.has(rule.id) && !simulation.unknown.has(rule.id))
    .map(({ id, text }) => ({
      code: "P3051",
      id,
      message: neverActsOf(text),
      label: "no moment of its training is one of these",
      help: "train longer, or move the rule's moments or window into the training",
    }));
};
