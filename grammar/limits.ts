import type { IToken } from "chevrotain";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { diagnostic } from "../core/diagnostics/create.js";
import * as t from "./tokens.js";
import { spanOf } from "./tokens.js";

/** Texts come from anywhere: what would exhaust memory or the stack is refused before it is parsed. */

/** In UTF-16 units; a thousand times a long program. */
export const MAX_TEXT = 1_000_000;
export const MAX_NESTING = 64;
/** Nobody reads more at once. */
export const MAX_DIAGNOSTICS = 50;

export function textSize(text: string): Diagnostic | undefined {
  if (text.length <= MAX_TEXT) return undefined;
  const help = "a program is a few lines; is this the right file?";
  return diagnostic("P1030", "this text is larger than a million characters", { start: 0, end: 0 }, { help });
}

const opening = [t.OpenParen, t.OpenBracket, t.OpenBrace];
const closing = [t.CloseParen, t.CloseBracket, t.CloseBrace];

export function nesting(tokens: readonly IToken[]): Diagnostic | undefined {
  let depth = 0;
  for (const token of tokens) {
    if (opening.includes(token.tokenType)) depth += 1;
    else if (closing.includes(token.tokenType)) depth = Math.max(0, depth - 1);
    if (depth > MAX_NESTING)
      return diagnostic("P1029", `brackets are nested more than ${MAX_NESTING} deep`, spanOf(token));
  }
  return undefined;
}
