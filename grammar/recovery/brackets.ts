import type { IToken } from "chevrotain";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert } from "../../core/diagnostics/create.js";
import type { Place } from "../recovery.js";
import * as t from "../tokens.js";
import { spanOf } from "../tokens.js";
import { isLiteral, isName, misspelling, nearest, shown, startsLine } from "./around.js";
import { isStatementWord } from "./places.js";

/** Missing brackets, and what people leave out between them. */

/** Rules whose brackets hold a list. */
const LISTS: ReadonlySet<string> = new Set(["args", "parameters", "list"]);

export function bracket(place: Place): Diagnostic | undefined {
  const [only] = place.expected;
  if (place.expected.length !== 1 || place.previous === undefined) return undefined;
  if (only === "OpenBrace") return openBrace(place, place.previous);
  if (only === "CloseParen") return closing(place, place.previous, ")", t.OpenParen, t.CloseParen);
  if (only === "CloseBracket") return closing(place, place.previous, "]", t.OpenBracket, t.CloseBracket);
  return undefined;
}

function openBrace({ found, text }: Place, previous: IToken): Diagnostic | undefined {
  const meant = headerWord(found, text);
  if (meant !== undefined) {
    const span = spanOf(found);
    return diagnostic("P1006", `expected \`{\`, found ${shown(found)}`, span, misspelling(meant, span));
  }
  const end = spanOf(previous).end;
  return diagnostic("P1010", `a block should begin before ${shown(found)}`, spanOf(found), {
    label: "expected `{`",
    fixes: [insert("insert `{`", end, " {")],
  });
}

const HEADER = ["as", "per", "by", "in", "except", "where", "maximizing", "minimizing", "subject"];

/** A misspelt clause of the header, when the block does begin later on the line. */
function headerWord(found: IToken, text: string): string | undefined {
  if (!isName(found) || startsLine(text, found.startOffset)) return undefined;
  const opens = /^[^\n\r;}]*\{/.test(text.slice(found.startOffset, found.startOffset + 500));
  return opens ? nearest(found.image, HEADER) : undefined;
}

function closing(
  place: Place,
  previous: IToken,
  bracket: string,
  opens: typeof t.OpenParen,
  closes: typeof t.OpenParen,
): Diagnostic {
  const { found, text, rule } = place;
  const end = spanOf(previous).end;
  const elsewhere = startsLine(text, found.startOffset) && isStatementWord(found);
  const item = isName(found) || isLiteral(found);
  if (LISTS.has(rule) && item && !elsewhere) {
    const named = rule === "args" && isLiteral(found) && isName(previous);
    const [missing, mark] = named ? ["colon", ":"] : ["comma", ","];
    return diagnostic("P1025", `a ${missing} is missing before ${shown(found)}`, spanOf(found), {
      fixes: [insert(`insert the ${missing}`, end, mark)],
    });
  }
  const open = opener(place, opens, closes);
  return diagnostic("P1027", `this bracket is not closed before ${shown(found)}`, spanOf(open ?? found), {
    labels: [{ span: spanOf(found), text: `expected \`${bracket}\`` }],
    fixes: [insert(`insert \`${bracket}\``, end, bracket)],
  });
}

/** The innermost opening bracket that is still open before the mistake. */
function opener(
  { tokens, found }: Place,
  opens: typeof t.OpenParen,
  closes: typeof t.OpenParen,
): IToken | undefined {
  let depth = 0;
  for (let i = tokens.indexOf(found) - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token?.tokenType === closes) depth += 1;
    if (token?.tokenType === opens && depth-- === 0) return token;
  }
  return undefined;
}
