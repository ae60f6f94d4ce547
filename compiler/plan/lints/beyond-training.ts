import { phaseSteps, windowEnd, windowSteps } from "../../ir/schedule.js";
import type { RuleIr } from "../../ir/types.js";
import type { SimulatedPhase } from "../simulation.js";
import { whenAt } from "../value.js";
import type { Finding, Lint } from "./finding.js";

/** A window whose end lies behind the end of every phase that its rule governs. */
export const beyondTraining: Lint = ({ shares, real }) => {
  const { phases } = real?.simulation ?? shares;
  const findings = new Map<number, Finding | null>();
  for (const phase of phases) {
    for (const rule of phase.train.rules) {
      const beyond = reachesBeyond(rule, phase);
      if (!beyond) findings.set(rule.id, null);
      if (findings.has(rule.id)) continue;
      findings.set(rule.id, {
        code: "P3060",
        id: rule.id,
        message: "this window reaches beyond the training",
        label: `the training ends after ${lengthOf(phase)}`,
        help: "end the window with the training, or train longer",
      });
    }
  }
  return [...findings.values()].filter((finding) => finding !== null);
};

/** True where the window opens in the phase and closes after it. One that never opens is told of elsewhere. */
function reachesBeyond({ when }: RuleIr, { times, stepsPerEpoch, train }: SimulatedPhase): boolean {
  const window = when && whenAt(when, new Map())?.window;
  if (window === undefined || windowSteps(window, times) === null) return false;
  const alike = train.length.unit === "epochs" ? !("steps" in window.to) : !("epochs" in window.to);
  return (stepsPerEpoch !== null || alike) && windowEnd(window.to, times) > phaseSteps(times);
}

function lengthOf({ train, times, stepsPerEpoch }: SimulatedPhase): string {
  const { unit } = train.length;
  const count = unit === "epochs" || stepsPerEpoch === null ? times.epochs : phaseSteps(times);
  const whole = unit === "steps" && stepsPerEpoch === null ? phaseSteps(times) : count;
  return `${whole} ${whole === 1 ? unit.slice(0, -1) : unit}`;
}
