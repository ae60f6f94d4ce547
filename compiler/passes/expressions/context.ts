import type { CallLike } from "../../../grammar/ast.js";
import type { Declared } from "../module.js";
import type { Report, Scope } from "../scope.js";

/**
 * Which names an expression may use besides those the program introduced: none (`plain`), tensors and reducers (`score`, and
 * `penalty`, which prefers penalties to criteria), measures of the network (`measure`), facts of a layer (`layer`), the
 * statistics of a threshold (`threshold`), or `t` (`curve`).
 */
export type Vocabulary = "plain" | "score" | "penalty" | "measure" | "layer" | "threshold" | "curve";

export interface ExprContext {
  readonly scope: Scope;
  readonly vocabulary: Vocabulary;
  readonly report: Report;
  /** Declarations being expanded, outermost first: a declaration never refers to itself. */
  readonly stack: readonly Declared[];
  /** What is left of the work one expression may cause, its declarations put in. */
  readonly budget: Budget;
  /** Objectives met on the way (`under synflow` of a declared criterion). */
  readonly under?: { readonly found: CallLike[] };
}

export interface Budget {
  nodes: number;
  depth: number;
}

/** Declarations that name each other twice grow without bound; nobody's score is as large as this. */
export function newBudget(): Budget {
  return { nodes: 10_000, depth: 200 };
}
