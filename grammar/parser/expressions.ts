import { CstParser, type CstNode, type IOrAlt, type IToken } from "chevrotain";
import * as t from "../tokens.js";
import { vocabulary, wordToken } from "../tokens.js";
import type { Word } from "../words.js";
import { expectations } from "./expectations.js";

/** Values: section 6 of the language reference. Operators from the loosest to the tightest. */
export class ExpressionRules extends CstParser {
  constructor(validate: boolean) {
    super([...vocabulary], {
      maxLookahead: 2,
      recoveryEnabled: false,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: expectations,
      // the suite builds the grammar with validations on; at every start they would double the time
      skipValidations: !validate,
    });
  }

  protected word(word: Word, index = 0): IToken {
    return this.consume(index, wordToken(word));
  }

  protected anyOf(...words: readonly Word[]): IOrAlt<IToken>[] {
    return words.map((word) => ({ ALT: () => this.word(word) }));
  }

  /** A rule that is one choice; its alternatives are made once, since making them anew costs more than parsing. */
  protected choice(make: () => IOrAlt<unknown>[]): () => void {
    let alternatives: IOrAlt<unknown>[] | undefined;
    return () => {
      alternatives ??= make();
      this.OR(alternatives);
    };
  }

  /** A value that may move: `0.1 -> 0 cosine over epochs 5..20`. */
  readonly moving = this.RULE("moving", () => {
    this.SUBRULE(this.expr);
    this.OPTION(() => this.SUBRULE(this.motion));
  });

  readonly motion = this.RULE("motion", () => {
    this.CONSUME(t.Arrow);
    this.SUBRULE(this.additive);
    this.OPTION(() => this.SUBRULE(this.curve));
    this.OPTION1(() => {
      this.word("over");
      this.SUBRULE(this.window);
    });
  });

  readonly curve = this.RULE(
    "curve",
    this.choice(() => [
      ...this.anyOf("linear", "cubic", "cosine", "exponential", "staircase"),
      {
        ALT: () => {
          this.word("along");
          this.SUBRULE(this.callLike);
        },
      },
    ]),
  );

  readonly window = this.RULE("window", () => {
    this.OPTION(() => this.SUBRULE(this.unit));
    this.SUBRULE(this.range);
  });

  readonly range = this.RULE("range", () => {
    this.SUBRULE(this.additive, { LABEL: "from" });
    this.CONSUME(t.DotDot);
    this.SUBRULE1(this.additive, { LABEL: "to" });
  });

  readonly unit = this.RULE(
    "unit",
    this.choice(() => this.anyOf("epochs", "epoch", "steps", "step")),
  );

  readonly expr = this.RULE("expr", () => {
    this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.word("or");
      this.SUBRULE1(this.conjunction);
    });
  });

  readonly conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.negation);
    this.MANY(() => {
      this.word("and");
      this.SUBRULE1(this.negation);
    });
  });

  readonly negation = this.RULE("negation", () => {
    this.MANY(() => this.word("not"));
    this.SUBRULE(this.comparison);
  });

  readonly comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.additive);
    this.MANY(() => {
      this.OR(this.operators(t.AtLeast, t.AtMost, t.NotEqual, t.Greater, t.Less, t.Equals));
      this.SUBRULE1(this.additive);
    });
  });

  readonly additive = this.RULE("additive", () => {
    this.SUBRULE(this.multiplicative);
    this.MANY(() => {
      this.OR(this.operators(t.Plus, t.Minus));
      this.SUBRULE1(this.multiplicative);
    });
  });

  readonly multiplicative = this.RULE("multiplicative", () => {
    this.SUBRULE(this.signed);
    this.MANY(() => {
      this.OR(this.operators(t.Star, t.Slash));
      this.SUBRULE1(this.signed);
    });
  });

  /** `-w^2` is `-(w^2)`; `2^-3` needs no parentheses. Loops instead of recursion keep the stack flat. */
  readonly signed = this.RULE("signed", () => {
    this.MANY(() => this.CONSUME(t.Minus));
    this.SUBRULE(this.primary);
    this.MANY1(() => this.SUBRULE(this.exponent));
  });

  readonly exponent = this.RULE("exponent", () => {
    this.CONSUME(t.Caret);
    this.MANY(() => this.CONSUME(t.Minus));
    this.SUBRULE(this.primary);
  });

  readonly primary = this.RULE(
    "primary",
    this.choice(() => [
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.CONSUME(t.Percent) },
      { ALT: () => this.CONSUME(t.AnyString) },
      { ALT: () => this.SUBRULE(this.parenthesized) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.reference) },
    ]),
  );

  /** A unit word directly after a number makes it a duration. */
  readonly number = this.RULE("number", () => {
    this.CONSUME(t.NumberToken);
    this.OPTION(() => this.SUBRULE(this.unit));
  });

  readonly parenthesized = this.RULE("parenthesized", () => {
    this.CONSUME(t.OpenParen);
    this.SUBRULE(this.expr);
    this.CONSUME(t.CloseParen);
  });

  readonly list = this.RULE("list", () => {
    this.CONSUME(t.OpenBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expr) });
    this.CONSUME(t.CloseBracket);
  });

  readonly reference = this.RULE("reference", () => {
    this.CONSUME(t.Name);
    this.MANY(() => {
      this.CONSUME(t.Dot);
      this.CONSUME1(t.Name);
    });
    this.OPTION(() => this.SUBRULE(this.args));
  });

  readonly callLike = this.RULE("callLike", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.args));
  });

  readonly args = this.RULE("args", () => {
    this.CONSUME(t.OpenParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.arg) });
    this.CONSUME(t.CloseParen);
  });

  readonly arg = this.RULE("arg", () => {
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.moving);
  });

  private operators(...types: readonly (typeof t.Plus)[]): IOrAlt<IToken | CstNode>[] {
    return types.map((type) => ({ ALT: () => this.consume(0, type, { LABEL: "op" }) }));
  }
}
