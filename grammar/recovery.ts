import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { inserting, mistake, replacing } from "./mistake.js";
import { isName, shown, startsLine } from "./recovery/around.js";
import { bracket } from "./recovery/brackets.js";
import { unknownCharacters } from "./recovery/characters.js";
import { expectation, expectedWords } from "./recovery/expected.js";
import { nearest } from "./recovery/nearest.js";
import { quotedPath, structure, unit } from "./recovery/places.js";
import * as t from "./tokens.js";
import { spanOf } from "./tokens.js";

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
  /** The grammar rule that stopped, and those around it. */
  readonly rule: string;
  readonly rules: readonly string[];
}

/** The one diagnostic of a syntax error. Nothing is ever inserted to go on: the statement is left out. */
export function explain(error: IRecognitionException, around: Mistaken): Diagnostic {
  const rules = error.context.ruleStack;
  const place: Place = {
    ...around,
    found: error.token,
    previous: around.before(error.token),
    expected: error.message.split("\t"),
    rule: rules.at(-1) ?? "",
    rules,
  };
  if (Number.isNaN(error.token.startOffset)) return atEnd(place);
  if (error.token.tokenType === t.Unknown) return unknownCharacters(error.token);
  return (
    structure(place) ??
    quotedPath(place) ??
    bracket(place) ??
    unit(place) ??
    misspelt(place) ??
    missing(place) ??
    unexpected(place)
  );
}

function atEnd(place: Place): Diagnostic {
  const last = place.tokens.at(-1);
  const end = last === undefined ? 0 : spanOf(last).end;
  return mistake(
    "incomplete",
    { start: end, end },
    `the text ends where ${expectation(place)} should follow`,
  );
}

function misspelt(place: Place): Diagnostic | undefined {
  const { found } = place;
  if (!isName(found)) return undefined;
  const meant = nearest(found.image, expectedWords(place.expected));
  if (meant === undefined) return undefined;
  const span = spanOf(found);
  return mistake("unknownWord", span, `expected ${expectation(place)}, found ${shown(found)}`, {
    help: `similar word: \`${meant}\``,
    fixes: [replacing(`write \`${meant}\``, span, meant)],
  });
}

/** One word or mark was left out. */
function missing(place: Place): Diagnostic | undefined {
  const { found, previous, expected, text, rule } = place;
  const [only = ""] = expected;
  const [word] = expectedWords(expected);
  if (expected.length !== 1 || previous === undefined) return undefined;
  const message = `expected ${expectation(place)}, found ${shown(found)}`;
  const end = spanOf(previous).end;
  if (only === "Colon" || only === "Equals") {
    const mark = only === "Colon" ? ":" : " =";
    const fixes = [inserting(`insert \`${mark.trim()}\``, end, mark)];
    return mistake("missingSeparator", spanOf(found), message, { fixes });
  }
  if (only === "DotDot" && rule === "range") {
    const minus = place.before(previous);
    if (minus?.tokenType !== t.Minus) return undefined;
    return mistake("unexpected", spanOf(minus), "a range is written with `..`", {
      fixes: [replacing("write `..`", spanOf(minus), "..")],
    });
  }
  if (word === undefined || startsLine(text, found.startOffset)) return undefined;
  const fixes = [inserting(`insert \`${word}\``, end, ` ${word}`)];
  return mistake("unexpected", spanOf(found), message, { fixes });
}

const unexpected = (place: Place): Diagnostic =>
  mistake("unexpected", spanOf(place.found), `expected ${expectation(place)}, found ${shown(place.found)}`);
