import type { CompileResult } from "../../compiler/compile.js";
import { phaseSteps } from "../../core/schedule/schedule.js";
import { methodFacts } from "../../compiler/render/methods.js";
import type { StepIr, TrainIr } from "../../core/ir/types.js";
import type { ComparedProgram } from "./types.js";

/** Names of the controls. */
export const controlNames = ["dense", "random", "magnitude"] as const;

const comment = `# A control: as much training as the longest of the programs has.\n`;

/**
 * What every comparison needs beside it, with as much training as the longest of the programs: the network that nothing is cut from, and
 * one cut at random or by magnitude (one ranking, the last layer excepted), at once and at the moment at which the first program cuts
 * first, or half way where it cuts little by little; then fine-tuned. Those are `random-weights` and `global-magnitude` of `std`, after
 * the training that the first program begins with.
 */
export function controlsFor(
  compiled: readonly CompileResult[],
  amounts: readonly string[],
): readonly ComparedProgram[] {
  const [first] = compiled;
  if (first === undefined || first.ir === null) return [];
  const longest = compiled.map((one) => lengthOf(one)).reduce((a, b) => (b.steps > a.steps ? b : a));
  const begins = beginningOf(first.ir.body);
  const before =
    begins === null ? half(longest) : begins === "cut" ? null : least(lengthOf(first, begins), longest);
  const after = before === null ? longest : minus(longest, before);
  const train = before === null ? "" : `train ${written(before)}\n`;
  const cut = (name: "random-weights" | "global-magnitude") => {
    const defaults = methodFacts(name)?.parameters.find((one) => one.name === "sparsity")?.default ?? "90%";
    const retrain = after.steps === 0 ? "0 steps" : written(after);
    return `${comment}use ${name} from "std"\nparam sparsity = ${defaults}\n${train}${name}(sparsity: sparsity, retrain: ${retrain})\n`;
  };
  const control = (name: (typeof controlNames)[number], text: string, varied: boolean): ComparedProgram => ({
    name,
    file: `${name}.prune`,
    text,
    set: {},
    amounts: varied ? { param: "sparsity", values: amounts } : null,
    control: true,
  });
  return [
    control("dense", `${comment}train ${written(longest)}\n`, false),
    control("random", cut("random-weights"), true),
    control("magnitude", cut("global-magnitude"), true),
  ];
}

/** Training: steps of an epoch are null where nobody knows them, and `steps` counts epochs then. */
interface Length {
  readonly steps: number;
  readonly perEpoch: number | null;
}

/** Of all of a program's training, or of one of its phases. */
function lengthOf({ simulation }: CompileResult, only?: TrainIr): Length {
  const phases = (simulation?.phases ?? []).filter(({ train }) => only === undefined || train === only);
  const perEpoch = phases[0]?.stepsPerEpoch ?? null;
  const steps = phases.map(({ times }) => (perEpoch === null ? times.epochs : phaseSteps(times)));
  return { steps: steps.reduce((sum, one) => sum + one, 0), perEpoch };
}

const least = (a: Length, b: Length): Length => (a.steps < b.steps ? a : b);
const minus = (a: Length, b: Length): Length => ({ ...a, steps: a.steps - b.steps });
const half = (one: Length): Length => {
  const unit = one.perEpoch ?? 1;
  const epochs = Math.round(one.steps / unit / 2);
  return { ...one, steps: epochs >= 1 ? epochs * unit : Math.round(one.steps / 2) };
};

/** In epochs where it is a whole number of them. */
function written({ steps, perEpoch }: Length): string {
  const epochs = perEpoch === null ? steps : steps / perEpoch;
  return Number.isInteger(epochs) || perEpoch === null ? inUnits(epochs, "epoch") : inUnits(steps, "step");
}

const inUnits = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** The training before anything is cut; "cut" where that comes first, null where a program cuts while it trains. */
function beginningOf(body: readonly StepIr[]): TrainIr | "cut" | null {
  for (const step of body) {
    if (step.kind === "train") return step.rules.length === 0 ? step : null;
    if (step.kind === "prune") return "cut";
    if (step.kind === "repeat" || step.kind === "for-each") return beginningOf(step.body);
  }
  return null;
}
