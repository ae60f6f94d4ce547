import * as t from "../tokens.js";
import { wordToken } from "../tokens.js";
import { ClauseRules } from "./clauses.js";

/** How much, when, and how: the second half of section 4. */
export class AmountRules extends ClauseRules {
  readonly amount = this.RULE(
    "amount",
    this.choice(() => [
      { ALT: () => this.SUBRULE(this.target) },
      { ALT: () => this.SUBRULE(this.movingTarget) },
      { ALT: () => this.SUBRULE(this.keep) },
      { ALT: () => this.SUBRULE(this.threshold) },
      { ALT: () => this.SUBRULE(this.namedAmount) },
      { ALT: () => this.SUBRULE(this.literalAmount) },
    ]),
  );

  readonly target = this.RULE("target", () => {
    this.word("to");
    this.SUBRULE(this.expr);
  });

  /** Its start is a literal or a plain name: `from epoch 4` begins a window. */
  readonly movingTarget = this.RULE("movingTarget", () => {
    this.word("from");
    this.OR([
      { ALT: () => this.CONSUME(t.Percent) },
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.Identifier) },
    ]);
    this.word("to");
    this.SUBRULE(this.additive);
  });

  readonly keep = this.RULE("keep", () => {
    this.word("keep");
    this.SUBRULE(this.additive);
    this.OPTION(() => this.word("each"));
  });

  readonly threshold = this.RULE("threshold", () => {
    this.OR([{ ALT: () => this.word("below") }, { ALT: () => this.word("above") }]);
    this.SUBRULE(this.additive);
  });

  readonly namedAmount = this.RULE("namedAmount", () => {
    this.word("amount");
    this.SUBRULE(this.additive);
    this.OPTION(() => this.SUBRULE(this.motion));
  });

  readonly literalAmount = this.RULE("literalAmount", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Percent) }, { ALT: () => this.CONSUME(t.NumberToken) }]);
    this.OPTION(() => this.SUBRULE(this.motion));
  });

  readonly when = this.RULE(
    "when",
    this.choice(() => [
      { ALT: () => this.SUBRULE(this.every) },
      { ALT: () => this.SUBRULE(this.at) },
      { ALT: () => this.SUBRULE(this.during) },
      {
        ALT: () => {
          this.word("from");
          this.SUBRULE(this.point, { LABEL: "since" });
        },
      },
      {
        ALT: () => {
          this.word("until");
          this.SUBRULE1(this.point, { LABEL: "until" });
        },
      },
    ]),
  );

  readonly every = this.RULE("every", () => {
    this.word("every");
    this.OR([
      { ALT: () => this.SUBRULE(this.unit) },
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.CONSUME(t.Identifier) },
    ]);
  });

  readonly at = this.RULE("at", () => {
    this.word("at");
    this.SUBRULE(this.unit);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.count) });
  });

  readonly during = this.RULE("during", () => {
    this.word("during");
    this.SUBRULE(this.window);
  });

  readonly point = this.RULE("point", () => {
    this.SUBRULE(this.unit);
    this.SUBRULE(this.count);
  });

  readonly pruneOption = this.RULE(
    "pruneOption",
    this.choice(() => [
      { ALT: () => this.word("softly") },
      { ALT: () => this.word("latently") },
      { ALT: () => this.SUBRULE(this.frozen) },
      { ALT: () => this.SUBRULE(this.joins) },
      { ALT: () => this.SUBRULE(this.keeping) },
      {
        ALT: () => {
          this.word("allowing");
          this.word("collapse");
        },
      },
      { ALT: () => this.SUBRULE(this.aligned) },
      {
        ALT: () => {
          this.word("compensating");
          this.word("by");
          this.SUBRULE(this.callLike);
        },
      },
    ]),
  );

  readonly frozen = this.RULE("frozen", () => {
    this.word("frozen");
    this.word("at");
    this.OR(this.anyOf("start", "last"));
  });

  readonly joins = this.RULE("joins", () => {
    this.word("joins");
    this.OR(this.anyOf("couple", "skip", "agree"));
  });

  /** `per layer` belongs to this phrase; another `per` is the scope. */
  readonly keeping = this.RULE("keeping", () => {
    this.word("keeping");
    this.word("at");
    this.word("least");
    this.SUBRULE(this.additive);
    this.OPTION({ GATE: () => this.is(2, wordToken("layer")), DEF: () => this.SUBRULE(this.perLayer) });
  });

  readonly aligned = this.RULE("aligned", () => {
    this.word("aligned");
    this.word("to");
    this.CONSUME(t.NumberToken);
  });

  readonly strength = this.RULE("strength", () => {
    this.word("strength");
    this.SUBRULE(this.moving);
  });

  /** One clause of a prune, in any order; that each stands at most once is checked on the tree. */
  readonly clause = this.RULE(
    "clause",
    this.choice(() => [
      { ALT: () => this.SUBRULE(this.selection) },
      { ALT: () => this.SUBRULE(this.by) },
      { ALT: () => this.SUBRULE(this.normalized) },
      { ALT: () => this.SUBRULE(this.members) },
      { ALT: () => this.SUBRULE(this.scope) },
      { ALT: () => this.SUBRULE(this.curve) },
      { ALT: () => this.SUBRULE(this.when) },
      { ALT: () => this.SUBRULE(this.pruneOption) },
      { ALT: () => this.SUBRULE(this.amount) },
    ]),
  );
}
