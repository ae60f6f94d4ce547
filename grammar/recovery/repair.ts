import { createTokenInstance, type IToken } from "chevrotain";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace } from "../../core/diagnostics/create.js";
import * as t from "../tokens.js";
import { spanOf } from "../tokens.js";

/**
 * Mistakes that one look at the tokens shows, mended before parsing so that they cost one diagnostic and no
 * statement: `50 %`, `==`, `//` and strings that are not closed.
 */
export function repair(tokens: readonly IToken[]): {
  readonly tokens: IToken[];
  readonly diagnostics: Diagnostic[];
} {
  const mended: IToken[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const token of tokens) {
    const last = mended.at(-1);
    const span = spanOf(token);
    if (
      token.tokenType === t.LonePercent &&
      last?.tokenType === t.NumberToken &&
      last.endLine === token.startLine
    ) {
      mended[mended.length - 1] = joinPercent(last, token);
      const whole = { start: last.startOffset, end: span.end };
      const gap = { start: spanOf(last).end, end: span.start };
      const details = {
        help: `write \`${last.image}%\``,
        fixes: [replace("join the number and `%`", gap, "")],
      };
      diagnostics.push(diagnostic("P1013", "a percentage is one word", whole, details));
    } else if (token.tokenType === t.SlashComment) {
      const slashes = { start: span.start, end: span.start + 2 };
      const fix = replace("write `#`", slashes, "#");
      diagnostics.push(diagnostic("P1034", "comments start with `#`", slashes, { fixes: [fix] }));
    } else if (token.tokenType === t.DoubleEquals) {
      const fix = replace("replace `==` with `=`", span, "=");
      diagnostics.push(diagnostic("P1014", "equality is written `=`", span, { fixes: [fix] }));
      mended.push({ ...token, tokenType: t.Equals, tokenTypeIdx: t.Equals.tokenTypeIdx ?? 0 });
    } else {
      if (token.tokenType === t.UnclosedString) diagnostics.push(unclosed(token));
      mended.push(token);
    }
  }
  return { tokens: mended, diagnostics };
}

const joinPercent = (digits: IToken, sign: IToken): IToken =>
  createTokenInstance(
    t.Percent,
    `${digits.image}%`,
    digits.startOffset,
    sign.endOffset ?? sign.startOffset,
    digits.startLine ?? 0,
    sign.endLine ?? 0,
    digits.startColumn ?? 0,
    sign.endColumn ?? 0,
  );

function unclosed(token: IToken): Diagnostic {
  const start = token.startOffset;
  const end = start + token.image.trimEnd().length;
  const fix = insert("close the string", end, '"');
  return diagnostic("P1016", "this string is not closed on its line", { start, end }, { fixes: [fix] });
}
