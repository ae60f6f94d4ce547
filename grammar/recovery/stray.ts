import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace } from "../../core/diagnostics/create.js";
import { editDistance } from "../../core/diagnostics/nearest.js";
import * as t from "../tokens.js";
import { spanOf } from "../tokens.js";
import { wordsOf } from "../words.js";
import { isName, isNumeric, misspelling, nearest, shown, startsLine } from "./around.js";
import { unknownCharacters } from "./characters.js";
import { join, missingBy, quotable, unitAfter } from "./clause-mistakes.js";

export interface Surroundings {
  readonly text: string;
  readonly afterError: boolean;
  /** The statement that stands before, if nothing parts it from the run. */
  readonly previous: ast.Statement | undefined;
  /** The token before the run. */
  readonly before: IToken | undefined;
}

export interface Explained {
  readonly diagnostic: Diagnostic;
  /** The run belongs to the statement before it. */
  readonly damages: boolean;
}

const STATEMENTS = wordsOf("statement");
const CLAUSES = [...wordsOf("clause"), ...wordsOf("curve")];

/** Words papers use for both the kept and the removed share. */
const AMBIGUOUS: ReadonlySet<string> = new Set(["ratio", "rate", "fraction", "sparsity", "density", "share"]);

/**
 * One diagnostic for text that belongs to no statement, worded from its first word; none when it follows an error that
 * already covers it.
 */
export function explainStray(run: readonly IToken[], around: Surroundings): Explained | undefined {
  const [first, second] = run;
  if (first === undefined) return undefined;
  const onNewLine = startsLine(around.text, first.startOffset);
  if (around.afterError) {
    if (!onNewLine || !isName(first) || CLAUSES.includes(first.image)) return undefined;
    const meant = nearest(first.image, STATEMENTS);
    return meant === undefined ? undefined : { diagnostic: unknownStatement(first, second), damages: false };
  }
  if (first.tokenType === t.Unknown) return { diagnostic: unknownCharacters(first), damages: !onNewLine };
  if (isName(first) && !CLAUSES.includes(first.image) && (onNewLine || around.previous === undefined)) {
    return { diagnostic: unknownStatement(first, second), damages: false };
  }
  return { diagnostic: inStatement(run, first, around), damages: true };
}

function unknownStatement(first: IToken, second: IToken | undefined): Diagnostic {
  const span = spanOf(first);
  if (second?.tokenType === t.Equals) {
    return diagnostic("P1003", `${shown(first)} is not declared here`, span, {
      help: `write \`param ${first.image} = …\``,
      fixes: [insert("declare a parameter", span.start, "param ")],
    });
  }
  const meant = nearest(first.image, STATEMENTS);
  const known = { help: "a statement starts with a word such as `prune`, `train` or `save`" };
  const details = meant === undefined ? known : misspelling(meant, span);
  return diagnostic("P1003", `unknown statement ${shown(first)}`, span, details);
}

function inStatement(run: readonly IToken[], first: IToken, around: Surroundings): Diagnostic {
  return (
    join(run, first, around) ??
    ambiguousAmount(first, run[1]) ??
    unitAfter(first, around) ??
    quotable(first, around) ??
    misspelt(first, around) ??
    closing(first) ??
    misplaced(first, around)
  );
}

function ambiguousAmount(first: IToken, next: IToken | undefined): Diagnostic | undefined {
  if (next === undefined || !AMBIGUOUS.has(first.image) || !isNumeric(next)) return undefined;
  const share =
    next.tokenType === t.Percent ? next.image : `${Number((Number(next.image) * 100).toPrecision(12))}%`;
  const span = { start: first.startOffset, end: spanOf(next).end };
  return diagnostic("P1022", `${shown(first)} is not an amount`, spanOf(first), {
    notes: ["papers use the word for both the kept and the removed share"],
    help: `write \`${share}\` of the living, \`to ${share}\` of all dead, or \`keep ${share}\``,
    fixes: [
      replace(`drop \`${share}\` of the living`, span, share),
      replace(`have \`${share}\` of all dead`, span, `to ${share}`),
      replace(`keep \`${share}\``, span, `keep ${share}`),
    ],
  });
}

/** A misspelt clause word, or a criterion without its `by`. */
function misspelt(first: IToken, around: Surroundings): Diagnostic | undefined {
  if (!isName(first)) return undefined;
  const known = CLAUSES.includes(first.image);
  const meant = known ? undefined : nearest(first.image, [...CLAUSES, ...STATEMENTS]);
  if (meant === undefined || editDistance(first.image, meant) > 1) {
    const lacking = known ? undefined : missingBy(first, around);
    if (lacking !== undefined) return lacking;
  }
  if (meant === undefined) return undefined;
  const span = spanOf(first);
  return diagnostic("P1004", `unknown clause ${shown(first)}`, span, misspelling(meant, span));
}

function closing(first: IToken): Diagnostic | undefined {
  if (first.tokenType !== t.CloseParen && first.tokenType !== t.CloseBracket) return undefined;
  const fix = replace("remove it", spanOf(first), "");
  return diagnostic("P1001", `this ${shown(first)} closes nothing`, spanOf(first), { fixes: [fix] });
}

function misplaced(first: IToken, { previous, text }: Surroundings): Diagnostic {
  const written = previous && text.slice(previous.word.start, previous.word.end);
  const word = written !== undefined && STATEMENTS.includes(written) ? `\`${written}\`` : undefined;
  const message = `unexpected ${shown(first)}${word === undefined ? "" : ` after the ${word} statement`}`;
  const isClause = isName(first) && CLAUSES.includes(first.image);
  const help = isClause && word !== undefined ? `${word} takes no such clause here` : undefined;
  return diagnostic("P1001", message, spanOf(first), { help });
}
