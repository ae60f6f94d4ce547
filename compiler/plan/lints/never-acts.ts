import { lengthOf } from "../../../core/ir/defaults.js";
import type { RuleIr } from "../../../core/ir/types.js";
import { neverActsOf } from "../../../core/ir/words.js";
import { holdsAlong } from "../../../core/ir/walk.js";
import { windowSteps } from "../../../core/schedule/schedule.js";
import type { SimulatedPhase } from "../timeline.js";
import { whenAt } from "../value.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";

/** A window that lies beyond the training, or a grid that training never reaches: the rule does nothing. */
export const neverActs: Lint = ({ ir, simulation }) => {
  if (simulation.cut) return [];
  const acted = new Set(simulation.events.map(({ statement }) => statement.id));
  const rules = distinct(statements(ir.body)).filter((one) => "when" in one && one.when !== undefined);
  return [
    ...rules
      .filter((rule) => !holdsAlong(rule) && !acted.has(rule.id) && !simulation.unknown.has(rule.id))
      .map((rule) => finding(rule, "no moment of its training is one of these")),
    ...neverHold(simulation.phases).map((rule) =>
      finding(rule, "its training ends before this window opens"),
    ),
  ];
};

/** Rules that hold all along a window, which opens in no phase that they govern. */
function neverHold(phases: readonly SimulatedPhase[]): readonly RuleIr[] {
  const holds = new Map<number, boolean>();
  const rules = phases.flatMap((phase) =>
    phase.train.rules.filter(holdsAlong).map((rule) => ({ rule, phase })),
  );
  for (const { rule, phase } of rules) holds.set(rule.id, holds.get(rule.id) === true || opens(rule, phase));
  return distinct(rules.map(({ rule }) => rule)).filter(({ id }) => holds.get(id) === false);
}

/** False where it is sure that the window of a rule holds no step of the phase. */
function opens({ when }: RuleIr, { times, stepsPerEpoch, train }: SimulatedPhase): boolean {
  const window = when && whenAt(when, new Map())?.window;
  if (window === undefined) return true;
  const other = lengthOf(train).unit === "epochs" ? "steps" : "epochs";
  if (stepsPerEpoch === null && (other in window.from || other in window.to)) return true;
  const [from, to] = windowSteps(window, times) ?? [0, 0];
  return from < to;
}

const finding = ({ id, text }: { readonly id: number; readonly text: string }, label: string): Finding => ({
  code: "P3051",
  id,
  message: neverActsOf(text),
  label,
  help: "train longer, or move the rule's moments or window into the training",
});
