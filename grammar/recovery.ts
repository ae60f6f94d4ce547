import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostic } from "./diagnostic.js";
import { mistake } from "./mistake.js";
import { spanOf } from "./to-ast/cst.js";

/** The wording of one syntax error. */
export function explain(error: IRecognitionException, tokens: readonly IToken[]): Diagnostic {
  if (Number.isNaN(error.token.startOffset)) {
    const last = tokens.at(-1);
    const end = last === undefined ? 0 : spanOf(last).end;
    return mistake("incomplete", { start: end, end }, "the text ends too early");
  }
  return mistake("unexpected", spanOf(error.token), `unexpected \`${error.token.image}\``);
}
