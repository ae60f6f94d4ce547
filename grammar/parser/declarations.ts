import * as t from "../tokens.js";
import { wordToken } from "../tokens.js";
import { StatementRules } from "./statements.js";

/** Names that a file declares, imports and calls: sections 6 and 9. */
export class DeclarationRules extends StatementRules {
  readonly declaration = this.RULE("declaration", () => {
    this.OR(this.anyOf("criterion", "penalty", "curve"));
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expr);
    this.OPTION1(() => this.SUBRULE(this.under));
  });

  readonly parameters = this.RULE("parameters", () => {
    this.CONSUME(t.OpenParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.CloseParen);
  });

  readonly parameter = this.RULE("parameter", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expr);
    });
  });

  /** `use step from "std"` imports a name; `use step warm from "./x.js"` says what is imported. */
  readonly use = this.RULE("use", () => {
    this.word("use");
    this.OPTION({ GATE: () => this.namesKind(), DEF: () => this.SUBRULE(this.imported) });
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Name) });
    this.word("from");
    this.CONSUME(t.AnyString);
  });

  private namesKind(): boolean {
    const from = wordToken("from");
    return this.is(2, t.Name) && (!this.is(2, from) || this.is(3, from));
  }

  readonly imported = this.RULE(
    "imported",
    this.choice(() => this.anyOf("criterion", "penalty", "curve", "method", "step")),
  );

  readonly param = this.RULE("param", () => {
    this.word("param");
    this.CONSUME(t.Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expr);
  });

  readonly call = this.RULE("call", () => {
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.args);
  });
}
