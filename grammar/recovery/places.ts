import { tokenMatcher, type IToken } from "chevrotain";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { inserting, mistake, replacing } from "../mistake.js";
import type { Place } from "../recovery.js";
import * as t from "../tokens.js";
import { spanOf, tokenOf } from "../tokens.js";
import { wordsOf } from "../words.js";
import { chunk, isName, isNumeric, shown, startsLine } from "./around.js";
import { nearest } from "./nearest.js";

/** Mistakes where one kind of thing must stand: a structure, a path, a unit. */

const STRUCTURES = wordsOf("structure");

const after = ({ tokens, found }: Place, distance: number): IToken | undefined =>
  tokens[tokens.indexOf(found) + distance];

export function structure(place: Place): Diagnostic | undefined {
  const { found, previous, rule } = place;
  if (rule !== "structure" || previous === undefined) return undefined;
  const span = spanOf(found);
  if (found.tokenType === t.OpenParen) {
    return mistake("callForm", span, `${shown(previous)} is a sentence, not a call`, {
      help: `write \`${previous.image} filters by l1 50%\``,
    });
  }
  if (isNumeric(found)) return amountFirst(place);
  const meant =
    isName(found) && !wordsOf("clause").includes(found.image) ? nearest(found.image, STRUCTURES) : undefined;
  if (meant !== undefined) {
    return mistake("unknownStructure", span, `unknown structure ${shown(found)}`, {
      help: `similar word: \`${meant}\``,
      fixes: [replacing(`write \`${meant}\``, span, meant)],
    });
  }
  const known = `the structures are ${STRUCTURES.map((word) => `\`${word}\``).join(", ")} and \`2:4 of weights\``;
  return mistake(
    "unknownStructure",
    span,
    `expected a structure after ${shown(previous)}, found ${shown(found)}`,
    {
      help: known,
    },
  );
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
  return mistake("amountFirst", all, "the structure comes first, then how much of it", {
    help: `write \`prune ${named.image} … ${found.image}\``,
    fixes: [replacing("put the amount behind", span, `${named.image}${behind} ${found.image}`)],
  });
}

export function quotedPath(place: Place): Diagnostic | undefined {
  const { found, previous, expected, text } = place;
  if (!expected.includes("AnyString") || expected.length > 1 || previous === undefined) return undefined;
  const statement = wordsOf("statement").includes(found.image) && startsLine(text, found.startOffset);
  const punctuation = [t.OpenBrace, t.CloseBrace, t.Semicolon, t.Comma, t.OpenParen].includes(
    found.tokenType,
  );
  if (statement || punctuation) {
    return mistake(
      "unexpected",
      spanOf(found),
      `expected a path in quotes after ${shown(previous)}, found ${shown(found)}`,
    );
  }
  const span = chunk(text, found.startOffset);
  return mistake("unquotedPath", span, `paths stand in quotes`, {
    fixes: [replacing("quote it", span, `"${text.slice(span.start, span.end)}"`)],
  });
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
    return mistake("wrongUnit", all, "the unit of a moment comes first", {
      help: `write \`${turned}\``,
      fixes: [replacing("put the unit first", all, turned)],
    });
  }
  return mistake("missingUnit", span, `${shown(previous)} needs to know what \`${found.image}\` counts`, {
    help: `write \`${previous.image} epoch ${found.image}\` or \`${previous.image} step ${found.image}\``,
    fixes: [inserting("count epochs", span.start, "epoch "), inserting("count steps", span.start, "step ")],
  });
}

export const isStatementWord = (token: IToken): boolean => isName(token) && !tokenMatcher(token, t.Stray);
