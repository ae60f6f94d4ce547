import { tokenMatcher, type IToken } from "chevrotain";
import { replace, type Details } from "../../core/diagnostics/create.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import { editDistance, slips } from "../../core/diagnostics/nearest.js";
import * as t from "../tokens.js";

/** What stands around a mistake in the text. */

export function startsLine(text: string, offset: number): boolean {
  for (let i = offset - 1; i >= 0; i--) {
    const character = text[i] ?? "";
    if (character === "\n" || character === "\r") return true;
    if (character.trim() !== "") return false;
  }
  return true;
}

/** The unbroken run of characters around an offset, as a path or a layer name would be written. */
export function chunk(text: string, offset: number): Span {
  const part = /[^\s,;{}()#"]/;
  let start = offset;
  let end = offset;
  while (start > 0 && part.test(text[start - 1] ?? "")) start -= 1;
  while (end < text.length && part.test(text[end] ?? "")) end += 1;
  return { start, end };
}

export const isName = (token: IToken | undefined): boolean =>
  token !== undefined && tokenMatcher(token, t.Name);

export const isNumeric = (token: IToken | undefined): boolean =>
  token !== undefined && (token.tokenType === t.NumberToken || token.tokenType === t.Percent);

export const isLiteral = (token: IToken | undefined): boolean =>
  isNumeric(token) || (token !== undefined && tokenMatcher(token, t.AnyString));

/** The text of a token, cut so that a message stays a line. */
export function shown(token: IToken): string {
  const image = token.image.replace(/[^\x20-\x7e\xa1-\u167f\u2010-\u2027\u2190-\u22ff]/g, "\ufffd");
  return image.length > 30 ? `\`${image.slice(0, 29)}…\`` : `\`${image}\``;
}

/** The nearest candidate that a slip may have made of it; of equals, the first. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  let best: string | undefined;
  let least = slips(word) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    // a change of every letter is no misspelling
    const edits = editDistance(word, candidate);
    if (edits < least && edits < candidate.length) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}

/** What is said of a word that was written as another, and how it is mended. */
export const misspelling = (meant: string, span: Span): Pick<Details, "help" | "fixes"> => ({
  help: `similar word: \`${meant}\``,
  fixes: [replace(`write \`${meant}\``, span, meant)],
});
