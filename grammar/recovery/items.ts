import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, insert, replace } from "../../core/diagnostics/create.js";
import type { Body, Item } from "../parser/program.js";
import { spanOf } from "../tokens.js";
import { explainStray, type Explained } from "./stray.js";

/** What reading a program shares between its blocks. */
export interface Reading {
  readonly text: string;
  readonly report: (diagnostic: Diagnostic) => void;
  /** So many mistakes are known that no more will be shown. */
  readonly full: () => boolean;
  /** The token before another. */
  readonly before: (token: IToken | undefined) => IToken | undefined;
  /** Opening braces that an earlier error already missed: their closing ones are no second mistake. */
  missedBraces: number;
  /** The text ends inside something, so blocks that it leaves open are no mistake of their own. */
  readonly endsInside: boolean;
}

/** The statements of a program or a block, in order; text between them becomes one diagnostic per mistake. */
export function readItems(items: readonly Item[], reading: Reading): ast.Statement[] {
  const statements: ast.Statement[] = [];
  /** An error stands directly before: what follows it on the line belongs to it. */
  let afterError = false;
  let previous: ast.Statement | undefined;
  for (const [place, item] of items.entries()) {
    if (reading.full()) break;
    switch (item.kind) {
      case "statement": {
        previous = item.statement;
        // what follows on the line says better what is wrong with a statement than its tree does
        const damaged = explain(items[place + 1], false, previous, reading)?.damages === true;
        if (!damaged) item.mistakes.forEach(reading.report);
        if (item.body !== undefined) readBlock(item.body, reading);
        if (item.mistakes.length === 0) statements.push(previous);
        afterError = false;
        break;
      }
      case "stray": {
        const explained = explain(item, afterError, previous, reading);
        if (explained !== undefined) reading.report(explained.diagnostic);
        if (explained?.damages === true && statements.at(-1) === previous) statements.pop();
        afterError = true;
        break;
      }
      case "orphan":
        if (afterError) previous = undefined;
        else refuseOrphan(item.body, reading);
        readBlock(item.body, reading);
        afterError = true;
        break;
      case "brace":
        extraBrace(item.token, reading);
        afterError = false;
        previous = undefined;
        break;
      default:
        afterError = item.kind === "failed";
        previous = undefined;
    }
  }
  return statements;
}

function explain(
  item: Item | undefined,
  afterError: boolean,
  previous: ast.Statement | undefined,
  { text, before }: Reading,
): Explained | undefined {
  if (item?.kind !== "stray") return undefined;
  return explainStray(item.tokens, { text, afterError, previous, before: before(item.tokens[0]) });
}

function readBlock({ block, open, closed, items }: Body, reading: Reading): void {
  if (!closed && !reading.endsInside) {
    reading.report(
      diagnostic("P1007", "this block is never closed", spanOf(open), {
        fixes: [insert("add `}` at the end", reading.text.trimEnd().length, "\n}")],
      }),
    );
  }
  block.statements.push(...readItems(items, reading));
}

function refuseOrphan({ open }: Body, reading: Reading): void {
  reading.report(
    diagnostic("P1009", "this block belongs to no statement", spanOf(open), {
      help: "blocks follow `train`, `finetune`, `repeat`, `for each`, `search` and `method`",
    }),
  );
}

function extraBrace(brace: IToken, reading: Reading): void {
  if (reading.missedBraces > 0) {
    reading.missedBraces -= 1;
    return;
  }
  const fix = replace("remove it", spanOf(brace), "");
  reading.report(diagnostic("P1008", "this `}` closes nothing", spanOf(brace), { fixes: [fix] }));
}
