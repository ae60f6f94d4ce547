import { namesIn } from "../../../core/expr/names.js";
import { isGateScore } from "../../../core/gates/types.js";
import type { PruneIr, RuleIr, StepIr, TrainIr } from "../../../core/ir/types.js";
import { unitsName } from "../words.js";
import { distinct, statements, type Lint } from "./finding.js";

/** What goes when nothing trains any more: the network is left with the damage, and a `slim` seals it. */
export const lastCut: Lint = ({ ir, simulation }) => {
  if (simulation.cut || simulation.lastCut === null) return [];
  const all = distinct(statements(ir.body));
  const prune = all.find((one): one is PruneIr => one.kind === "prune" && one.id === simulation.lastCut);
  if (prune === undefined || cutsNothing(prune, all)) return [];
  const isRule = prune.when !== undefined;
  return [
    {
      code: "P3065",
      id: prune.id,
      message: "nothing trains after the last cut",
      label: `the last ${unitsName(prune.structure)} go when all training is over`,
      help: isRule
        ? "let its window end (`during`) before the training does, or add `finetune 1 epoch` below"
        : "add `finetune 1 epoch` below",
    },
  ];
};

/** Whether what goes was brought to nothing by the phase before: closed gates, and weights that it drove to zero. */
function cutsNothing({ id, by }: PruneIr, all: readonly (StepIr | RuleIr)[]): boolean {
  if (namesIn(by.expr).some(isGateScore)) return true;
  const phase = all.filter((one): one is TrainIr => one.kind === "train" && one.id < id).at(-1);
  return phase?.rules.some(drivesToZero) ?? false;
}

const drivesToZero = (rule: RuleIr): boolean =>
  rule.kind === "pull" || rule.kind === "update" || (rule.kind === "penalize" && rule.among !== undefined);
