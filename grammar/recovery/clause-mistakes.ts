import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Diagnostic, Edit } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace } from "../../core/diagnostics/create.js";
import { meaning, meantAs } from "../../core/diagnostics/elsewhere.js";
import * as t from "../tokens.js";
import { spanOf, tokenOf } from "../tokens.js";
import { wordsOf } from "../words.js";
import { chunk, isName, isNumeric, misspelling, nearest, shown } from "./around.js";
import type { Surroundings } from "./stray.js";

/** Mistakes between the clauses of a statement, each told from the tokens where the statement stops. */

const isJoin = (token: IToken): boolean => token.tokenType === t.Comma || token.tokenType === tokenOf("and");

/** `by l1, global` and `50% and regrow random`; in `at epochs 10 and 20` the comma is what is missing. */
export function join(run: readonly IToken[], first: IToken, around: Surroundings): Diagnostic | undefined {
  if (!isJoin(first)) return undefined;
  const { before, text } = around;
  if (first.tokenType !== t.Comma && before?.tokenType === t.NumberToken && isNumeric(run[1])) {
    const gap = { start: spanOf(before).end, end: spanOf(first).end };
    return diagnostic("P1026", "lists are separated by commas", spanOf(first), {
      fixes: [replace("replace `and` with a comma", gap, ",")],
    });
  }
  let depth = 0;
  const edits: Edit[] = [];
  for (const token of run) {
    if (token.tokenType === t.OpenParen || token.tokenType === t.OpenBracket) depth += 1;
    if (token.tokenType === t.CloseParen || token.tokenType === t.CloseBracket) depth -= 1;
    if (depth === 0 && isJoin(token)) edits.push({ span: withSpaceBefore(text, token), text: "" });
  }
  return diagnostic("P1019", `clauses and statements are not joined by ${shown(first)}`, spanOf(first), {
    fixes: [{ title: `remove ${shown(first)}`, edits }],
  });
}

function withSpaceBefore(text: string, token: IToken): Edit["span"] {
  const space = /[ \t]*$/.exec(text.slice(Math.max(0, token.startOffset - 100), token.startOffset));
  return { start: token.startOffset - (space?.[0].length ?? 0), end: spanOf(token).end };
}

/** `train n epochs`, `train 20 minutes`. */
export function unitAfter(first: IToken, { before, text }: Surroundings): Diagnostic | undefined {
  const units = wordsOf("unit");
  if (!isName(first) || before === undefined) return undefined;
  const span = spanOf(first);
  if (units.includes(first.image) && isName(before)) {
    return diagnostic("P1021", "a unit follows a number, not a name", span, {
      help: `give ${shown(before)} its unit where it is set: \`${before.image} = 10 ${first.image}\``,
      fixes: [replace("remove the unit", { start: spanOf(before).end, end: span.end }, "")],
    });
  }
  if (before.tokenType !== t.NumberToken) return undefined;
  const counted = /\b(?:train|finetune|every)\s+$/.test(
    text.slice(Math.max(0, before.startOffset - 40), before.startOffset),
  );
  if (!counted || wordsOf("clause").includes(first.image)) return undefined;
  const meant = meaning("unit", first.image, units);
  const like = nearest(first.image, units);
  const known = { help: "lengths are counted in epochs or steps" };
  const alike = like === undefined ? known : misspelling(like, span);
  const details = meant === undefined ? alike : meantAs(meant, span);
  return diagnostic("P1021", `unknown unit ${shown(first)}`, span, details);
}

/** `in head/*`, `in conv2d-1`: only letters, digits, `_` and the pattern marks need no quotes. */
export function quotable(first: IToken, { before, text }: Surroundings): Diagnostic | undefined {
  if (before === undefined || spanOf(before).end !== first.startOffset) return undefined;
  const span = chunk(text, first.startOffset);
  const written = text.slice(span.start, span.end);
  const ahead = text.slice(Math.max(0, span.start - 100), span.start);
  if (!/(?:\bin|\bexcept|,)\s*$/.test(ahead)) return undefined;
  const fix = replace("quote it", span, `"${written}"`);
  return diagnostic("P1018", `the layer name \`${written}\` needs quotes`, span, { fixes: [fix] });
}

/** Whether a statement could still be told how units are scored. */
function lacksScore(statement: ast.Statement | undefined): boolean {
  if (statement === undefined) return false;
  if (statement.kind === "penalize") return statement.penalty === undefined;
  if (statement.kind === "learn") return statement.gate === undefined;
  if (statement.kind === "regrow" && statement.random) return false;
  return ["prune", "restore", "regrow"].includes(statement.kind) && !("criterion" in statement);
}

export function missingBy(first: IToken, { previous }: Surroundings): Diagnostic | undefined {
  if (!lacksScore(previous)) return undefined;
  const fix = insert("insert `by`", first.startOffset, "by ");
  return diagnostic("P1011", `\`by\` is missing before ${shown(first)}`, spanOf(first), { fixes: [fix] });
}
