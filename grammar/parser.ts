import type { IRecognitionException, ISerializedGast, IToken } from "chevrotain";
import { amountRules } from "./parser/amounts.js";
import { clauseRules } from "./parser/clauses.js";
import { expressionRules } from "./parser/expressions.js";
import { programRules, type Reading } from "./parser/program.js";
import { Reader } from "./parser/reader.js";
import { statementRules } from "./parser/statements.js";

/** The whole grammar. */
export class Parser {
  private readonly reader: Reader;
  private readonly program: () => Reading;

  /** With `validate`, the grammar itself is checked. */
  constructor(validate = false) {
    const p = new Reader(validate);
    const e = expressionRules(p);
    const c = clauseRules(p, e);
    const a = amountRules(p, e, c);
    this.program = programRules(p, e, c, a, statementRules(p, e, c, a));
    this.reader = p;
    p.finish();
  }

  /** Reads a token list from its beginning. */
  read(text: string, tokens: IToken[]): Reading & { readonly errors: readonly IRecognitionException[] } {
    this.reader.text = text;
    this.reader.input = tokens;
    const reading = this.program();
    // what a text that was not read to its end leaves over is no error of its own
    const errors = this.reader.errors.filter((error) => error.name !== "NotAllInputParsedException");
    return { ...reading, errors };
  }

  /** What may follow a token list that follows the grammar so far: names of token types, and the rules they are read by. */
  assist(tokens: IToken[]): readonly { readonly name: string; readonly rules: readonly string[] }[] {
    return this.reader
      .computeContentAssist("program", tokens)
      .map(({ nextTokenType, ruleStack }) => ({ name: nextTokenType.name, rules: ruleStack }));
  }

  /** The grammar as data. */
  productions(): ISerializedGast[] {
    return this.reader.getSerializedGastProductions();
  }
}

let shared: Parser | undefined;

/** The one parser: building it takes a tenth of a second, so it is built when first needed. */
export const parser = (): Parser => (shared ??= new Parser());
