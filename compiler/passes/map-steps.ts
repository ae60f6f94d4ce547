import type { RuleIr, StepIr } from "../../core/ir/types.js";

/** The same steps with every step and rule replaced, blocks and phases from the inside out; paired regrows are left to `change`. */
export function mapSteps(
  steps: readonly StepIr[],
  changeStep: (step: StepIr) => StepIr,
  changeRule: (rule: RuleIr) => RuleIr,
): readonly StepIr[] {
  return steps.map((step) => {
    if (step.kind === "repeat" || step.kind === "for-each") {
      return changeStep({ ...step, body: mapSteps(step.body, changeStep, changeRule) });
    }
    if (step.kind === "train") return changeStep({ ...step, rules: step.rules.map(changeRule) });
    return changeStep(step);
  });
}
