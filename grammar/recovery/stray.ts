import type { CstNode, IToken } from "chevrotain";
import type { Diagnostic } from "../diagnostic.js";
import { mistake } from "../mistake.js";
import { spanOf } from "../to-ast/cst.js";

export interface Surroundings {
  readonly text: string;
  readonly afterError: boolean;
  /** The statement that stands before, if nothing parts it from the run. */
  readonly previous: CstNode | undefined;
}

export interface Explained {
  readonly diagnostic: Diagnostic;
  /** The run belongs to the statement before it. */
  readonly damages: boolean;
}

export function explainStray(run: readonly IToken[], around: Surroundings): Explained | undefined {
  const [first] = run;
  if (first === undefined || around.afterError) return undefined;
  return { diagnostic: mistake("unexpected", spanOf(first), `unexpected \`${first.image}\``), damages: true };
}
