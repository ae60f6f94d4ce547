import { lengthOf } from "../../../core/ir/defaults.js";
import { phaseSteps, momentOf, windowSteps, type TimeWindow } from "../../../core/schedule/schedule.js";
import { mayEndEarly } from "../../../core/ir/walk.js";
import type { OptimizerIr, RuleIr, TrainIr } from "../../../core/ir/types.js";
import type { SimulatedPhase } from "../timeline.js";
import { whenAt } from "../value.js";
import type { Finding, Lint } from "./finding.js";

/** A window whose end lies behind the end of every phase that its rule governs, or may, where `until` ends a phase. */
export const beyondTraining: Lint = ({ simulation: { phases } }) => {
  const findings = new Map<number, Finding | null>();
  for (const phase of phases) {
    const rate = phase.train.optimizer?.rate;
    if (rate !== undefined) {
      const { id } = phase.train;
      if (!onItsWayBeyond(rate, phase)) findings.set(id, null);
      else if (!findings.has(id)) findings.set(id, behindTheEnd(phase.train, phase));
    }
    for (const rule of phase.train.rules) {
      const beyond = reachesBeyond(rule, phase) || movesBeyond(rule, phase);
      const finding = beyond ? behindTheEnd(rule, phase) : cutShort(rule, phase);
      if (finding === null || !findings.has(rule.id)) findings.set(rule.id, finding);
    }
  }
  return [...findings.values()].filter((finding) => finding !== null);
};

const behindTheEnd = ({ id }: RuleIr | TrainIr, phase: SimulatedPhase): Finding => ({
  code: "P3060",
  id,
  message: "this window reaches beyond the training",
  label: `the training ends after ${lengthText(phase)}`,
  help: "end the window with the training, or train longer",
});

/** A target that moves until after the first epoch, where `until` may end a phase. */
function cutShort(rule: RuleIr, { times, stepsPerEpoch, train }: SimulatedPhase): Finding | null {
  if (!mayEndEarly(train) || rule.kind !== "prune" || rule.when?.lands !== true) return null;
  if (rule.to === undefined && rule.keep === undefined && rule.keepEach === undefined) return null;
  const when = whenAt(rule.when, new Map());
  const bounds = when && windowSteps(when.window, times);
  if (!bounds || (stepsPerEpoch === null && lengthOf(train).unit === "steps")) return null;
  const epochs = bounds[1] / times.stepsPerEpoch;
  if (epochs <= 1) return null;
  return {
    code: "P3060",
    id: rule.id,
    message: `\`${train.until === undefined ? "patience" : "until"}\` may end the training before this target is reached`,
    label: `it is reached after ${Number(epochs.toFixed(2))} epochs`,
    help: "reach it in a phase that goes to its end, and train until then in the next",
  };
}

/** True where the window opens in the phase and closes after it. One that never opens is told of elsewhere. */
function reachesBeyond({ when }: RuleIr, phase: SimulatedPhase): boolean {
  const window = when && whenAt(when, new Map())?.window;
  return window !== undefined && windowSteps(window, phase.times) !== null && closesBeyond(window, phase);
}

function closesBeyond({ to }: TimeWindow, { times, stepsPerEpoch, train }: SimulatedPhase): boolean {
  const alike = lengthOf(train).unit === "epochs" ? !("steps" in to) : !("epochs" in to);
  return (stepsPerEpoch !== null || alike) && momentOf(to, times) > phaseSteps(times);
}

/** True where a strength, or an argument of a gate, is on its way for longer than the phase lasts, or sets out behind its end. */
function movesBeyond(rule: RuleIr, phase: SimulatedPhase): boolean {
  if (rule.kind !== "penalize" && rule.kind !== "learn" && rule.kind !== "pull") return false;
  const values = [rule.strength, ...(rule.kind === "learn" ? Object.values(rule.gate.args) : [])];
  return values.some((value) => onItsWayBeyond(value, phase));
}

function onItsWayBeyond(value: OptimizerIr["rate"], phase: SimulatedPhase): boolean {
  const over = typeof value === "object" && "moving" in value ? value.moving.over : undefined;
  const window = over && whenAt({ unit: "epochs", during: over }, new Map())?.window;
  return window !== undefined && closesBeyond(window, phase);
}

function lengthText({ train, times, stepsPerEpoch }: SimulatedPhase): string {
  const { unit } = lengthOf(train);
  const count = unit === "epochs" || stepsPerEpoch === null ? times.epochs : phaseSteps(times);
  const whole = unit === "steps" && stepsPerEpoch === null ? phaseSteps(times) : count;
  return `${whole} ${whole === 1 ? unit.slice(0, -1) : unit}`;
}
