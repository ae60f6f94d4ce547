import * as t from "../tokens.js";
import { AmountRules } from "./amounts.js";

/** Statements without a block, in the order of section 3. */
export class StatementRules extends AmountRules {
  readonly network = this.RULE("network", () => {
    this.word("network");
    this.CONSUME(t.AnyString);
  });

  readonly data = this.RULE("data", () => {
    this.word("data");
    this.CONSUME(t.AnyString);
  });

  readonly prune = this.RULE("prune", () => {
    this.word("prune");
    this.SUBRULE(this.structure);
    this.MANY(() => this.SUBRULE(this.clause));
  });

  readonly regrow = this.RULE("regrow", () => {
    this.word("regrow");
    this.OPTION(() => this.SUBRULE(this.structure));
    this.MANY(() => this.SUBRULE(this.regrowClause));
  });

  readonly regrowClause = this.RULE(
    "regrowClause",
    this.choice(() => [
      { ALT: () => this.word("random") },
      { ALT: () => this.SUBRULE(this.by) },
      { ALT: () => this.SUBRULE(this.allocated) },
      { ALT: () => this.SUBRULE(this.startValues) },
      {
        ALT: () => {
          this.word("including");
          this.word("dropped");
        },
      },
      { ALT: () => this.SUBRULE(this.selection) },
      { ALT: () => this.SUBRULE(this.scope) },
      { ALT: () => this.SUBRULE(this.when) },
      { ALT: () => this.SUBRULE(this.amount) },
    ]),
  );

  readonly allocated = this.RULE("allocated", () => {
    this.word("allocated");
    this.OR([
      { ALT: () => this.word("evenly") },
      {
        ALT: () => {
          this.word("by");
          this.SUBRULE(this.expr);
        },
      },
    ]);
  });

  readonly startValues = this.RULE("startValues", () => {
    this.word("with");
    this.OR(this.anyOf("zero", "fresh", "start", "last"));
    this.word("values");
  });

  readonly restore = this.RULE("restore", () => {
    this.word("restore");
    this.SUBRULE(this.structure);
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.floor) },
        { ALT: () => this.SUBRULE(this.by) },
        { ALT: () => this.SUBRULE(this.selection) },
        { ALT: () => this.SUBRULE(this.when) },
      ]),
    );
  });

  readonly floor = this.RULE("floor", () => {
    this.word("above");
    this.SUBRULE(this.additive);
  });

  readonly penalize = this.RULE("penalize", () => {
    this.word("penalize");
    this.SUBRULE(this.structure);
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.by) },
        { ALT: () => this.SUBRULE(this.selection) },
        { ALT: () => this.SUBRULE(this.among) },
        { ALT: () => this.SUBRULE(this.strength) },
        { ALT: () => this.SUBRULE(this.when) },
      ]),
    );
  });

  readonly among = this.RULE("among", () => {
    this.word("among");
    this.SUBRULE(this.amongClause);
  });

  readonly learn = this.RULE("learn", () => {
    this.word("learn");
    this.word("masks");
    this.word("on");
    this.SUBRULE(this.structure);
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.gate) },
        { ALT: () => this.SUBRULE(this.selection) },
        { ALT: () => this.SUBRULE(this.scope) },
        { ALT: () => this.SUBRULE(this.strength) },
        { ALT: () => this.SUBRULE(this.when) },
        { ALT: () => this.SUBRULE(this.amount) },
      ]),
    );
  });

  readonly gate = this.RULE("gate", () => {
    this.word("by");
    this.SUBRULE(this.callLike);
  });

  readonly freeze = this.RULE("freeze", () => {
    this.word("freeze");
    this.SUBRULE(this.structure);
    this.MANY(() => this.SUBRULE(this.place));
  });

  /** Where and when, for statements that need nothing else. */
  readonly place = this.RULE("place", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.selection) }, { ALT: () => this.SUBRULE(this.when) }]);
  });

  readonly update = this.RULE("update", () => {
    this.word("update");
    this.word("only");
    this.SUBRULE(this.amongClause);
    this.MANY(() => this.SUBRULE(this.place));
  });

  readonly pull = this.RULE("pull", () => {
    this.word("pull");
    this.word("weights");
    this.word("toward");
    this.word("pruned");
    this.CONSUME(t.OpenParen);
    this.MANY(() => this.SUBRULE(this.clause));
    this.CONSUME(t.CloseParen);
    this.MANY1(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.strength) }, { ALT: () => this.SUBRULE(this.when) }]),
    );
  });

  readonly rewind = this.RULE("rewind", () => {
    this.word("rewind");
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.rewound) });
    this.word("to");
    this.OR({
      DEF: [
        {
          GATE: () => this.is(2, t.NumberToken) || this.is(2, t.Identifier),
          ALT: () => this.SUBRULE(this.point),
        },
        { ALT: () => this.word("start") },
        { ALT: () => this.CONSUME(t.Name) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
  });

  readonly rewound = this.RULE(
    "rewound",
    this.choice(() => this.anyOf("weights", "rate", "optimizer", "masks", "gates")),
  );

  readonly mark = this.RULE("mark", () => {
    this.word("mark");
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.whens));
  });

  readonly whens = this.RULE("whens", () => {
    this.AT_LEAST_ONE(() => this.SUBRULE(this.when));
  });

  readonly reinitialize = this.RULE("reinitialize", () => {
    this.word("reinitialize");
    this.MANY(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.selection) }, { ALT: () => this.SUBRULE(this.gate) }]),
    );
  });

  readonly shuffle = this.RULE("shuffle", () => {
    this.word("shuffle");
    this.word("masks");
    this.MANY(() => this.SUBRULE(this.selection));
  });

  readonly harden = this.RULE("harden", () => {
    this.word("harden");
    this.word("masks");
    this.MANY(() => this.SUBRULE(this.selection));
  });

  readonly load = this.RULE("load", () => {
    this.word("load");
    this.OR([{ ALT: () => this.word("masks") }, { ALT: () => this.word("weights") }]);
    this.word("from");
    this.CONSUME(t.AnyString);
    this.MANY(() => this.SUBRULE(this.selection));
  });

  readonly slim = this.RULE("slim", () => {
    this.word("slim");
    this.OPTION(() => this.SUBRULE(this.whens));
  });

  readonly quantize = this.RULE("quantize", () => {
    this.word("quantize");
    this.word("weights");
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.bits) },
        { ALT: () => this.SUBRULE(this.gate) },
        { ALT: () => this.SUBRULE(this.selection) },
      ]),
    );
  });

  readonly bits = this.RULE("bits", () => {
    this.word("to");
    this.SUBRULE(this.count);
    this.word("bits");
  });

  readonly evaluate = this.RULE("evaluate", () => {
    this.word("evaluate");
    this.MANY(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.split) }, { ALT: () => this.SUBRULE(this.when) }]),
    );
  });

  readonly split = this.RULE("split", () => {
    this.word("on");
    this.CONSUME(t.Name);
  });

  readonly require = this.RULE("require", () => {
    this.word("require");
    this.SUBRULE(this.expr);
  });

  readonly save = this.RULE("save", () => {
    this.word("save");
    this.CONSUME(t.AnyString);
  });
}
