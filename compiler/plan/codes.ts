import { error, info, warning, type CatalogueEntry } from "../../core/diagnostics/catalogue/entry.js";

/** P305x, P306x and P4021: what the simulated plan finds. */
export const planCodes = {
  P3050: warning("compounding amounts starve the network"),
  P3051: warning("a rule never acts"),
  P3052: warning("a target asks for less than is dead already"),
  P3053: warning("two rules fight over the same units"),
  P3054: warning("a restore threshold lies under the prune threshold"),
  P3055: warning("a global ranking of raw norms favours wide layers"),
  P3056: info("masks alone make no network faster"),
  P3057: error("a budget cannot be reached"),
  P3058: info("a count is not the one asked for"),
  P3059: error("a requirement cannot hold"),
  P3060: warning("a window reaches beyond the training"),
  P3061: error("a statement finds nothing to prune"),
  P3062: warning("a statement takes nothing from some layers"),
  P3063: warning("`slim` does not find what died"),
  P3064: warning("masks go back to units that `slim` removed"),
  P4021: error("what is emptied cannot be removed"),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type PlanCode = keyof typeof planCodes;
