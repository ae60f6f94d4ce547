import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { inserting, mistake, replacing } from "../mistake.js";
import { statement } from "../to-ast.js";
import { node, nodes, nodeSpan, spanOf, theToken, token, tokens } from "../to-ast/cst.js";
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
export function readItems(items: readonly CstNode[], reading: Reading): ast.Statement[] {
  const made: ast.Statement[] = [];
  /** An error stands directly before: what follows it on the line belongs to it. */
  let afterError = false;
  let previous: CstNode | undefined;
  for (const [place, item] of items.entries()) {
    if (reading.full()) break;
    const written = node(item, "statement");
    const stray = node(item, "stray");
    const orphan = node(item, "orphan");
    const brace = token(item, "CloseBrace");
    if (written !== undefined) {
      const read = (block: CstNode): ast.Block => readBlock(block, reading);
      // what follows on the line says better what is wrong with a statement than its tree does
      const damage = strayAfter(items[place + 1], written, reading)?.damages === true;
      const result = statement(written, reading.text, damage ? ignored : reading.report, read);
      if (result !== undefined) made.push(result);
      afterError = false;
      previous = written;
    } else if (stray !== undefined) {
      const explained = explain(stray, afterError, previous, reading);
      if (explained !== undefined) reading.report(explained.diagnostic);
      if (explained?.damages === true && previous !== undefined) dropLast(made, previous);
      afterError = true;
    } else if (orphan !== undefined) {
      readOrphan(orphan, afterError, reading);
      if (afterError && previous !== undefined) previous = undefined;
      afterError = true;
    } else if (brace !== undefined) {
      extraBrace(brace, reading);
      afterError = false;
      previous = undefined;
    } else {
      afterError = token(item, "Semicolon") === undefined;
      previous = undefined;
    }
  }
  return made;
}

const ignored = (): void => undefined;

function explain(
  stray: CstNode,
  afterError: boolean,
  previous: CstNode | undefined,
  reading: Reading,
): Explained | undefined {
  const run = tokens(stray, "Stray");
  return explainStray(run, { text: reading.text, afterError, previous, before: reading.before(run[0]) });
}

function strayAfter(next: CstNode | undefined, previous: CstNode, reading: Reading): Explained | undefined {
  const stray = next && node(next, "stray");
  return stray && explain(stray, false, previous, reading);
}

function dropLast(made: ast.Statement[], from: CstNode): void {
  if (made.at(-1)?.span.start === nodeSpan(from).start) made.pop();
}

export function readBlock(block: CstNode, reading: Reading): ast.Block {
  if (token(block, "CloseBrace") === undefined && !reading.endsInside) {
    const open = theToken(block, "OpenBrace");
    reading.report(
      mistake("unclosedBlock", spanOf(open), "this block is never closed", {
        fixes: [inserting("add `}` at the end", reading.text.trimEnd().length, "\n}")],
      }),
    );
  }
  return { statements: readItems(nodes(block, "inner"), reading), span: nodeSpan(block) };
}

function readOrphan(block: CstNode, afterError: boolean, reading: Reading): void {
  if (!afterError) {
    const open = theToken(block, "OpenBrace");
    reading.report(
      mistake("orphanBlock", spanOf(open), "this block belongs to no statement", {
        help: "blocks follow `train`, `finetune`, `repeat`, `for each`, `search` and `method`",
      }),
    );
  }
  readBlock(block, reading);
}

function extraBrace(brace: IToken, reading: Reading): void {
  if (reading.missedBraces > 0) {
    reading.missedBraces -= 1;
    return;
  }
  const fix = replacing("remove it", spanOf(brace), "");
  reading.report(mistake("strayBrace", spanOf(brace), "this `}` closes nothing", { fixes: [fix] }));
}
