import { createTokenInstance, type IToken } from "chevrotain";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { inserting, mistake, replacing } from "../mistake.js";
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
    if (
      token.tokenType === t.LonePercent &&
      last?.tokenType === t.NumberToken &&
      last.endLine === token.startLine
    ) {
      mended[mended.length - 1] = joinPercent(last, token);
      const gap = { start: spanOf(last).end, end: token.startOffset };
      diagnostics.push(
        mistake(
          "splitPercent",
          { start: last.startOffset, end: spanOf(token).end },
          "a percentage is one word",
          {
            help: `write \`${last.image}%\``,
            fixes: [replacing("join the number and `%`", gap, "")],
          },
        ),
      );
      continue;
    }
    if (token.tokenType === t.SlashComment) {
      const slashes = { start: token.startOffset, end: token.startOffset + 2 };
      const fix = replacing("write `#`", slashes, "#");
      diagnostics.push(mistake("wrongComment", slashes, "comments start with `#`", { fixes: [fix] }));
      continue;
    }
    mended.push(token);
    if (token.tokenType === t.DoubleEquals) {
      const fix = replacing("replace `==` with `=`", spanOf(token), "=");
      diagnostics.push(mistake("doubleEquals", spanOf(token), "equality is written `=`", { fixes: [fix] }));
      mended[mended.length - 1] = { ...token, tokenType: t.Equals, tokenTypeIdx: t.Equals.tokenTypeIdx ?? 0 };
    } else if (token.tokenType === t.UnclosedString) {
      diagnostics.push(unclosed(token));
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
  const written = token.image.trimEnd();
  const end = token.startOffset + written.length;
  return mistake(
    "unclosedString",
    { start: token.startOffset, end },
    "this string is not closed on its line",
    {
      fixes: [inserting("close the string", end, '"')],
    },
  );
}
