import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace } from "../core/diagnostics/create.js";
import { isName, misspelling, nearest, shown, startsLine } from "./recovery/around.js";
import { bracket } from "./recovery/brackets.js";
import { unknownCharacters } from "./recovery/characters.js";
import { elsewhere } from "./recovery/elsewhere.js";
import { quotedPath, structure, unit } from "./recovery/places.js";
import * as t from "./tokens.js";
import { spanOf, vocabulary } from "./tokens.js";

export interface Mistaken {
  readonly text: string;
  readonly tokens: readonly IToken[];
  readonly before: (token: IToken | undefined) => IToken | undefined;
}

/** A syntax error as the wording functions see it. */
export interface Place extends Mistaken {
  /** The token that does not fit. */
  readonly found: IToken;
  readonly previous: IToken | undefined;
  /** Names of the token types that would have fitted. */
  readonly expected: readonly string[];
  /** The grammar rule that stopped. */
  readonly rule: string;
}

/** What a rule that stopped would have taken, in words. */
const RULES: ReadonlyMap<string, string> = new Map([
  ["structure", "a structure such as `weights` or `filters`"],
  ["primary", "a value"],
  ["pattern", "a layer name or pattern"],
  ["patterns", "a layer name or pattern"],
  ["every", "a duration such as `2 epochs`"],
  ["count", "a number or a name"],
  ["unit", "`epochs` or `steps`"],
  ["rewound", "`weights`, `rate`, `optimizer`, `masks` or `gates`"],
]);

const LABELS: ReadonlyMap<string, string> = new Map([
  ...vocabulary.map((type): [string, string] => [type.name, type.LABEL ?? type.name]),
  ["Name", "a name"],
  ["AnyString", "a path in quotes"],
]);

/** The one diagnostic of a syntax error. Nothing is ever inserted to go on: the statement is left out. */
export function explain(error: IRecognitionException, around: Mistaken): Diagnostic {
  const place: Place = {
    ...around,
    found: error.token,
    previous: around.before(error.token),
    expected: error.message.split("\t"),
    rule: error.context.ruleStack.at(-1) ?? "",
  };
  if (Number.isNaN(error.token.startOffset)) return atEnd(place);
  if (error.token.tokenType === t.Unknown) return unknownCharacters(error.token);
  return (
    elsewhere(error.token, around.text) ??
    structure(place) ??
    quotedPath(place) ??
    bracket(place) ??
    unit(place) ??
    misspelt(place) ??
    missing(place) ??
    diagnostic("P1001", notFound(place), spanOf(place.found))
  );
}

function atEnd(place: Place): Diagnostic {
  const last = place.tokens.at(-1);
  const end = last === undefined ? 0 : spanOf(last).end;
  return diagnostic("P1002", `the text ends where ${expectation(place)} should follow`, { start: end, end });
}

function misspelt(place: Place): Diagnostic | undefined {
  const { found } = place;
  if (!isName(found)) return undefined;
  const meant = nearest(found.image, expectedWords(place.expected));
  if (meant === undefined) return undefined;
  const span = spanOf(found);
  return diagnostic("P1006", notFound(place), span, misspelling(meant, span));
}

/** One word or mark was left out. */
function missing(place: Place): Diagnostic | undefined {
  const { found, previous, expected, text, rule } = place;
  const [only = ""] = expected;
  const [word] = expectedWords(expected);
  if (expected.length !== 1 || previous === undefined) return undefined;
  const end = spanOf(previous).end;
  if (only === "Colon" || only === "Equals") {
    const mark = only === "Colon" ? ":" : " =";
    const fixes = [insert(`insert \`${mark.trim()}\``, end, mark)];
    return diagnostic("P1025", notFound(place), spanOf(found), { fixes });
  }
  if (only === "DotDot" && rule === "range") {
    const minus = place.before(previous);
    if (minus?.tokenType !== t.Minus) return undefined;
    return diagnostic("P1001", "a range is written with `..`", spanOf(minus), {
      fixes: [replace("write `..`", spanOf(minus), "..")],
    });
  }
  if (word === undefined || startsLine(text, found.startOffset)) return undefined;
  const fixes = [insert(`insert \`${word}\``, end, ` ${word}`)];
  return diagnostic("P1001", notFound(place), spanOf(found), { fixes });
}

const notFound = (place: Place): string => `expected ${expectation(place)}, found ${shown(place.found)}`;

const WORD = "word ";

const expectedWords = (expected: readonly string[]): string[] =>
  expected.filter((name) => name.startsWith(WORD)).map((name) => name.slice(WORD.length));

function expectation({ expected, rule }: Place): string {
  const labels = expected.map((name) => LABELS.get(name) ?? name);
  const last = labels.at(-1);
  if (last === undefined || (labels.length > 1 && RULES.has(rule)) || labels.length > 5) {
    return RULES.get(rule) ?? "something else";
  }
  return labels.length === 1 ? last : `${labels.slice(0, -1).join(", ")} or ${last}`;
}
