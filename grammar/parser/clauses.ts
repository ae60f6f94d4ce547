import { tokenMatcher, type TokenType } from "chevrotain";
import * as t from "../tokens.js";
import { wordToken } from "../tokens.js";
import { ExpressionRules } from "./expressions.js";

/** What to prune, by what score, in which ranking: the first half of section 4. */
export class ClauseRules extends ExpressionRules {
  protected is(distance: number, type: TokenType): boolean {
    return tokenMatcher(this.LA(distance), type);
  }

  /** No white space between the last token and the next. */
  protected touching(): boolean {
    return (this.LA(0).endOffset ?? NaN) + 1 === this.LA(1).startOffset;
  }

  readonly structure = this.RULE(
    "structure",
    this.choice(() => [
      ...this.anyOf(
        "weights",
        "filters",
        "channels",
        "neurons",
        "kernels",
        "taps",
        "rows",
        "columns",
        "layers",
        "gates",
        "units",
      ),
      { ALT: () => this.SUBRULE(this.blockStructure) },
      { ALT: () => this.SUBRULE(this.stridedStructure) },
      { ALT: () => this.SUBRULE(this.sparseStructure) },
    ]),
  );

  readonly blockStructure = this.RULE("blockStructure", () => {
    this.word("blocks");
    this.CONSUME(t.OpenParen);
    this.CONSUME(t.Size);
    this.CONSUME(t.CloseParen);
  });

  readonly stridedStructure = this.RULE("stridedStructure", () => {
    this.word("strided");
    this.CONSUME(t.OpenParen);
    this.CONSUME(t.NumberToken);
    this.OPTION(() => {
      this.CONSUME(t.Comma);
      this.word("offset");
      this.CONSUME(t.Colon);
      this.CONSUME1(t.NumberToken);
    });
    this.CONSUME(t.CloseParen);
  });

  readonly sparseStructure = this.RULE("sparseStructure", () => {
    this.CONSUME(t.OfEach);
    this.OPTION(() => {
      this.word("of");
      this.word("weights");
    });
  });

  readonly selection = this.RULE(
    "selection",
    this.choice(() => [
      {
        ALT: () => {
          this.word("in");
          this.SUBRULE(this.patterns);
        },
      },
      {
        ALT: () => {
          this.word("except");
          this.SUBRULE1(this.patterns);
        },
      },
      {
        ALT: () => {
          this.word("where");
          this.SUBRULE(this.expr);
        },
      },
    ]),
  );

  readonly patterns = this.RULE("patterns", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.pattern) });
  });

  readonly pattern = this.RULE("pattern", () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.AnyString) },
        {
          GATE: () => this.is(2, t.NumberToken) || this.is(3, t.DotDot),
          ALT: () => this.SUBRULE(this.layerRange),
        },
        { ALT: () => this.SUBRULE(this.glob) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
  });

  readonly layerRange = this.RULE("layerRange", () => {
    this.word("layers");
    this.SUBRULE(this.range);
  });

  /** `conv*`, `*_1`, `block_?`: tokens that touch are one pattern, so that `w *g` stays a product elsewhere. */
  readonly glob = this.RULE("glob", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.CONSUME(t.Star) },
      { ALT: () => this.CONSUME(t.Question) },
    ]);
    this.MANY({
      GATE: () => this.touching(),
      DEF: () =>
        this.OR1([
          { ALT: () => this.CONSUME1(t.Name) },
          { ALT: () => this.CONSUME1(t.Star) },
          { ALT: () => this.CONSUME1(t.Question) },
          { ALT: () => this.CONSUME(t.NumberToken) },
          { ALT: () => this.CONSUME(t.Size) },
        ]),
    });
  });

  readonly by = this.RULE("by", () => {
    this.word("by");
    this.SUBRULE(this.expr);
    this.OPTION(() => this.SUBRULE(this.under));
    this.OPTION1(() => this.SUBRULE(this.over));
  });

  readonly under = this.RULE("under", () => {
    this.word("under");
    this.SUBRULE(this.callLike);
  });

  readonly over = this.RULE("over", () => {
    this.word("over");
    this.OR([
      { ALT: () => this.word("training") },
      {
        ALT: () => {
          this.SUBRULE(this.count);
          this.word("batches");
        },
      },
    ]);
  });

  /** A literal or a plain name, not an expression: what counts in windows and grids. */
  readonly count = this.RULE("count", () => {
    this.OR([{ ALT: () => this.CONSUME(t.NumberToken) }, { ALT: () => this.CONSUME(t.Identifier) }]);
  });

  readonly normalized = this.RULE("normalized", () => {
    this.word("normalized");
    this.word("by");
    this.CONSUME(t.Name);
    this.OPTION({ GATE: () => this.is(2, wordToken("layer")), DEF: () => this.SUBRULE(this.perLayer) });
  });

  readonly perLayer = this.RULE("perLayer", () => {
    this.word("per");
    this.word("layer");
  });

  readonly members = this.RULE("members", () => {
    this.word("members");
    this.CONSUME(t.Name);
  });

  readonly scope = this.RULE(
    "scope",
    this.choice(() => [
      ...this.anyOf("global", "local", "uniform", "erk", "er"),
      {
        ALT: () => {
          this.word("per");
          this.CONSUME(t.Name);
        },
      },
    ]),
  );

  readonly amongClause = this.RULE("amongClause", () => {
    this.OR([{ ALT: () => this.word("top") }, { ALT: () => this.word("bottom") }]);
    this.SUBRULE(this.additive);
    this.SUBRULE(this.by);
    this.OPTION(() => this.SUBRULE(this.scope));
  });
}
