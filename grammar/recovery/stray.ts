import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace, type Details } from "../../core/diagnostics/create.js";
import { meaning, meantAs } from "../../core/diagnostics/elsewhere.js";
import { editDistance } from "../../core/diagnostics/nearest.js";
import * as t from "../tokens.js";
import { spanOf } from "../tokens.js";
import { wordsOf } from "../words.js";
import { isName, isNumeric, misspelling, nearest, shown, startsLine } from "./around.js";
import { unknownCharacters } from "./characters.js";
import { elsewhere } from "./elsewhere.js";
import { reads } from "./reads.js";
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
const AMBIGUOUS = /^(?:\w+[-_])?(?:ratio|rate|fraction|sparsity|density|share|proportion)$/i;

/**
 * One diagnostic for text that belongs to no statement, worded from its first word; none when it follows an error that
 * already covers it.
 */
export function explainStray(run: readonly IToken[], around: Surroundings): Explained | undefined {
  const [first] = run;
  if (first === undefined) return undefined;
  const onNewLine = startsLine(around.text, first.startOffset);
  if (around.afterError) {
    if (!onNewLine || !isName(first) || CLAUSES.includes(first.image)) return undefined;
    const known = nearest(first.image, STATEMENTS) ?? meaning("statement", first.image);
    return known === undefined
      ? undefined
      : { diagnostic: unknownStatement(run, first, around), damages: false };
  }
  if (first.tokenType === t.Unknown) return { diagnostic: unknownCharacters(first), damages: !onNewLine };
  if (isName(first) && !CLAUSES.includes(first.image) && (onNewLine || around.previous === undefined)) {
    const said = elsewhere(first, around.text) ?? unknownStatement(run, first, around);
    return { diagnostic: said, damages: false };
  }
  return { diagnostic: inStatement(run, first, around), damages: true };
}

function unknownStatement(run: readonly IToken[], first: IToken, { text }: Surroundings): Diagnostic {
  const span = spanOf(first);
  if (run[1]?.tokenType === t.Equals) {
    return diagnostic("P1003", `${shown(first)} is not declared here`, span, {
      help: `write \`param ${first.image} = …\``,
      fixes: [insert("declare a parameter", span.start, "param ")],
    });
  }
  const known = { help: "a statement starts with a word such as `prune`, `train` or `save`" };
  const meant = meaning("statement", first.image, STATEMENTS);
  const like = nearest(first.image, STATEMENTS);
  const rest = text.slice(span.end, spanOf(run.at(-1) ?? first).end);
  const opens = /^\s*\{/.test(text.slice(span.end + rest.length)) ? "{}" : "";
  const fits = (word: string): boolean => reads(word + rest + opens);
  const details = (): Details => {
    if (meant !== undefined && "say" in meant) return meantAs(meant);
    if (meant !== undefined) return meantAs(meant, fits(meant.write) ? span : undefined);
    return like !== undefined && fits(like) ? misspelling(like, span) : known;
  };
  return diagnostic("P1003", `unknown statement ${shown(first)}`, span, details());
}

function inStatement(run: readonly IToken[], first: IToken, around: Surroundings): Diagnostic {
  return (
    join(run, first, around) ??
    ambiguousAmount(run, around) ??
    elsewhere(first, around.text) ??
    unitAfter(first, around) ??
    quotable(first, around) ??
    misspelt(run, first, around) ??
    bareAmount(run, first, around) ??
    closing(first) ??
    misplaced(first, around)
  );
}

/** Statements that take an amount. */
const TAKE_AMOUNTS: readonly (ast.Statement["kind"] | undefined)[] = ["prune", "regrow", "learn"];

/** `sparsity 50%`, `pruning ratio 0.5`. */
function ambiguousAmount(run: readonly IToken[], { previous }: Surroundings): Diagnostic | undefined {
  const at = run[0]?.image === "pruning" || run[0]?.image === "target" ? 1 : 0;
  const [first, word, next] = [run[0], run[at], run[at + 1]];
  if (first === undefined || word === undefined || next === undefined) return undefined;
  if (!AMBIGUOUS.test(word.image) || !isNumeric(next) || !TAKE_AMOUNTS.includes(previous?.kind))
    return undefined;
  const value = next.tokenType === t.Percent ? parseFloat(next.image) : Number(next.image) * 100;
  const percent = (number: number): string => `${Number(number.toPrecision(12))}%`;
  const share = percent(value);
  const span = { start: first.startOffset, end: spanOf(next).end };
  return diagnostic("P1022", `${shown(first)} is not an amount`, spanOf(first), {
    notes: ["papers use the word for both the kept and the removed share"],
    help: `write \`${share}\` of the living, \`to ${share}\` of all dead, or \`${percent(100 - value)}\` to keep ${share}`,
    fixes: [
      replace(`drop \`${share}\` of the living`, span, share),
      replace(`have \`${share}\` of all dead`, span, `to ${share}`),
      replace(`keep \`${share}\``, span, percent(100 - value)),
    ],
  });
}

/** A misspelt clause word, or a criterion without its `by`. */
function misspelt(run: readonly IToken[], first: IToken, around: Surroundings): Diagnostic | undefined {
  if (!isName(first)) return undefined;
  const { previous, text } = around;
  const known = CLAUSES.includes(first.image);
  const like = known ? undefined : nearest(first.image, [...CLAUSES, ...STATEMENTS]);
  const span = spanOf(first);
  const from = previous?.span.start ?? span.start;
  const end = spanOf(run.at(-1) ?? first).end;
  const fits = (word: string): boolean =>
    reads(`${text.slice(from, span.start)}${word}${text.slice(span.end, end)}`);
  const meant = like !== undefined && fits(like) ? like : undefined;
  if (meant === undefined || editDistance(first.image, meant) > 1) {
    const lacking = known ? undefined : missingBy(first, around);
    if (lacking !== undefined) return lacking;
  }
  if (meant === undefined) return undefined;
  return diagnostic("P1004", `unknown clause ${shown(first)}`, span, misspelling(meant, span));
}

/** A variable that stands where only a number may: `prune filters by l1 share`. */
function bareAmount(
  run: readonly IToken[],
  first: IToken,
  { previous, text }: Surroundings,
): Diagnostic | undefined {
  if (!isName(first) || previous === undefined) return undefined;
  const span = spanOf(first);
  const { end } = spanOf(run.at(-1) ?? first);
  if (!reads(`${text.slice(previous.span.start, span.start)}amount ${text.slice(span.start, end)}`))
    return undefined;
  const written = `amount ${first.image}`;
  return diagnostic("P1001", `unexpected ${shown(first)}`, span, {
    help: `an amount that is a variable stands behind \`amount\`: \`${written}\``,
    fixes: [replace(`write \`${written}\``, span, written)],
  });
}

function closing(first: IToken): Diagnostic | undefined {
  if (first.tokenType !== t.CloseParen && first.tokenType !== t.CloseBracket) return undefined;
  const fix = replace("remove it", spanOf(first), "");
  return diagnostic("P1001", `this ${shown(first)} closes nothing`, spanOf(first), { fixes: [fix] });
}

const beforeBlock =
  "a loop says so before its block: `repeat up to 10 times while accuracy >= dense.accuracy - 1% { … }`";

function misplaced(first: IToken, { previous, text }: Surroundings): Diagnostic {
  const written = previous && text.slice(previous.word.start, previous.word.end);
  const word = written !== undefined && STATEMENTS.includes(written) ? `\`${written}\`` : undefined;
  const message = `unexpected ${shown(first)}${word === undefined ? "" : ` after the ${word} statement`}`;
  const isClause = isName(first) && CLAUSES.includes(first.image);
  if (first.image === "while") return diagnostic("P1001", message, spanOf(first), { help: beforeBlock });
  const help = isClause && word !== undefined ? `${word} takes no such clause here` : undefined;
  return diagnostic("P1001", message, spanOf(first), { help });
}
