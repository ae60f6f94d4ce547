import type { PruneIr, RuleIr, StepIr, TrainIr } from "../../core/ir/types.js";
import { front, type FrontOptions } from "../../compiler/passes/index.js";

/** The steps of a program that has no mistake. */
export function steps(text: string, options: FrontOptions = {}): readonly StepIr[] {
  const { ir, diagnostics } = front(text, options);
  if (ir === null) throw new Error(diagnostics.map((d) => `${d.code} ${d.message}`).join("\n"));
  return ir.body;
}

/** The phases of a program, blocks included, in written order. */
export function phases(body: readonly StepIr[]): readonly TrainIr[] {
  return body.flatMap((step) => {
    if (step.kind === "train") return [step];
    return step.kind === "repeat" || step.kind === "for-each" ? phases(step.body) : [];
  });
}

/** The first prune of a program, in a phase or outside. */
export function firstPrune(text: string, options: FrontOptions = {}): PruneIr {
  const all = (body: readonly StepIr[]): readonly (StepIr | RuleIr)[] =>
    body.flatMap((step) => {
      if (step.kind === "train") return step.rules;
      return step.kind === "repeat" || step.kind === "for-each" ? all(step.body) : [step];
    });
  const found = all(steps(text, options)).find((step) => step.kind === "prune");
  if (found?.kind !== "prune") throw new Error("no prune");
  return found;
}

export function codes(text: string, options: FrontOptions = {}): readonly string[] {
  return front(text, options).diagnostics.map((diagnostic) => diagnostic.code);
}
