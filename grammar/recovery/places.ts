import { tokenMatcher, type IToken } from "chevrotain";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace } from "../../core/diagnostics/create.js";
import type { Place } from "../recovery.js";
import { meaning, meantAs } from "../../core/diagnostics/elsewhere.js";
import * as t from "../tokens.js";
import { spanOf, tokenOf } from "../tokens.js";
import { wordsOf } from "../words.js";
import { mends } from "./elsewhere.js";
import { chunk, isName, isNumeric, misspelling, nearest, shown, startsLine } from "./around.js";

/** Mistakes where one kind of thing must stand: a structure, a path, a unit. */

const STRUCTURES = wordsOf("structure");
const listed = `${STRUCTURES.map((word) => `\`${word}\``).join(", ")} and \`2:4 of weights\``;

const after = ({ tokens, found }: Place, distance: number): IToken | undefined =>
  tokens[tokens.indexOf(found) + distance];

export function structure(place: Place): Diagnostic | undefined {
  const { found, previous, rule } = place;
  if (rule !== "structure" || previous === undefined) return undefined;
  const span = spanOf(found);
  if (found.tokenType === t.OpenParen) {
    return diagnostic("P1024", `${shown(previous)} is a sentence, not a call`, span, {
      help: `write \`${previous.image} filters by l1 50%\``,
    });
  }
  if (isNumeric(found)) return amountFirst(place);
  const named = isName(found) && !wordsOf("clause").includes(found.image);
  const meant = named ? meaning("structure", found.image, STRUCTURES) : undefined;
  const like = named ? nearest(found.image, STRUCTURES) : undefined;
  if (meant !== undefined || like !== undefined) {
    const fits = meant !== undefined && "write" in meant && mends(place.text, span, meant.write);
    const details =
      meant === undefined ? misspelling(like ?? "", span) : meantAs(meant, fits ? span : undefined);
    return diagnostic("P1005", `unknown structure ${shown(found)}`, span, details);
  }
  if (named) {
    const units = `units in ${found.image}`;
    const fits = mends(place.text, span, units);
    return diagnostic("P1005", `unknown structure ${shown(found)}`, span, {
      help: `a layer stands behind the structure: \`${units}\`; the structures are ${listed}`,
      fixes: fits ? [replace(`write \`${units}\``, span, units)] : [],
    });
  }
  const help = `the structures are ${listed}`;
  const message = `expected a structure after ${shown(previous)}, found ${shown(found)}`;
  return diagnostic("P1005", message, span, { help });
}

/** `prune 50% of filters by l1`: the commonest English order. */
function amountFirst(place: Place): Diagnostic | undefined {
  const { found, text } = place;
  const of = after(place, 1)?.tokenType === tokenOf("of") ? 1 : 0;
  const named = after(place, 1 + of);
  if (named === undefined || !STRUCTURES.includes(named.image)) return undefined;
  const all = { start: found.startOffset, end: spanOf(named).end };
  const by = /^\s+by\s+[A-Za-z_][\w-]*(?![\w-]*[(.])/.exec(text.slice(all.end));
  const behind = by === null ? "" : by[0];
  const span = { start: all.start, end: all.end + behind.length };
  return diagnostic("P1012", "the structure comes first, then how much of it", all, {
    help: `write \`prune ${named.image} … ${found.image}\``,
    fixes: [replace("put the amount behind", span, `${named.image}${behind} ${found.image}`)],
  });
}

/** Marks that no path begins with. */
const MARKS = [t.OpenBrace, t.CloseBrace, t.Semicolon, t.Comma, t.OpenParen];

export function quotedPath(place: Place): Diagnostic | undefined {
  const { found, previous, expected, text } = place;
  if (!expected.includes("AnyString") || expected.length > 1 || previous === undefined) return undefined;
  const statement = wordsOf("statement").includes(found.image) && startsLine(text, found.startOffset);
  if (statement || MARKS.includes(found.tokenType)) {
    const message = `expected a path in quotes after ${shown(previous)}, found ${shown(found)}`;
    return diagnostic("P1001", message, spanOf(found));
  }
  const span = chunk(text, found.startOffset);
  const fix = replace("quote it", span, `"${text.slice(span.start, span.end)}"`);
  return diagnostic("P1017", "paths stand in quotes", span, { fixes: [fix] });
}

/** `at 10`, `until 30 epochs`, `every 2 rounds`. */
export function unit(place: Place): Diagnostic | undefined {
  const { found, previous, rule } = place;
  if (rule !== "unit" || previous === undefined) return undefined;
  const span = spanOf(found);
  if (found.tokenType !== t.NumberToken) return undefined;
  const next = after(place, 1);
  if (next !== undefined && wordsOf("unit").includes(next.image)) {
    const all = { start: span.start, end: spanOf(next).end };
    const turned = `${next.image.replace(/s$/, "")} ${found.image}`;
    return diagnostic("P1021", "the unit of a moment comes first", all, {
      help: `write \`${turned}\``,
      fixes: [replace("put the unit first", all, turned)],
    });
  }
  return diagnostic("P1020", `${shown(previous)} needs to know what \`${found.image}\` counts`, span, {
    help: `write \`${previous.image} epoch ${found.image}\` or \`${previous.image} step ${found.image}\``,
    fixes: [insert("count epochs", span.start, "epoch "), insert("count steps", span.start, "step ")],
  });
}

export const isStatementWord = (token: IToken): boolean => isName(token) && !tokenMatcher(token, t.Stray);
