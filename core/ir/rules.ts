import type { RuleIr, StepIr } from "./types.js";

type Along = Extract<RuleIr, { readonly kind: "penalize" | "freeze" | "update" }>;

/** A rule that holds all along its window, rather than firing at moments. */
export function holdsAlong(rule: RuleIr | StepIr): rule is Along {
  return rule.kind === "penalize" || rule.kind === "freeze" || rule.kind === "update";
}
