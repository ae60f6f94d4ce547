import { isRecognitionException, type CstNode, type IToken } from "chevrotain";
import { MAX_DIAGNOSTICS } from "./limits.js";
import { DeclarationRules } from "./parser/declarations.js";
import * as t from "./tokens.js";

/** After so many mistakes, more than are shown, the rest of a text is not read. */
const MAX_FAILURES = 4 * MAX_DIAGNOSTICS;

/** Statements with a block, and the program. A statement with an error is left out; the next one is read as ever. */
export class PruneParser extends DeclarationRules {
  private failures = 0;

  constructor(validate = false) {
    super(validate);
    this.performSelfAnalysis();
  }

  /** A line break stands before the next token. */
  private startsLine(): boolean {
    return (this.LA(0).endLine ?? 0) < (this.LA(1).startLine ?? 0);
  }

  private goesOn(): boolean {
    return this.failures < MAX_FAILURES;
  }

  private startsStatement(): boolean {
    return !this.is(1, t.Stray) || (this.is(1, t.Identifier) && this.is(2, t.OpenParen));
  }

  readonly program = this.RULE("program", () => {
    this.MANY({ GATE: () => this.goesOn(), DEF: () => this.SUBRULE(this.item) });
  });

  /** The gate tells a call from stray text, so one token is enough: two would cost most of the start-up. */
  readonly item = this.RULE("item", () => {
    this.OR({
      DEF: [
        { GATE: () => this.startsStatement(), ALT: () => this.guardedStatement() },
        { ALT: () => this.CONSUME(t.Semicolon) },
        { ALT: () => this.mistaken(() => this.CONSUME(t.CloseBrace)) },
        { ALT: () => this.mistaken(() => this.SUBRULE(this.block, { LABEL: "orphan" })) },
        { ALT: () => this.mistaken(() => this.SUBRULE(this.stray)) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
  });

  private mistaken(read: () => void): void {
    this.failures += 1;
    read();
  }

  private guardedStatement(): void {
    try {
      this.SUBRULE(this.statement);
    } catch (error) {
      if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
      this.failures += 1;
    }
  }

  /** Text that belongs to no statement, up to the end of its line: one mistake. */
  readonly stray = this.RULE("stray", () => {
    this.CONSUME(t.Stray);
    this.MANY({ GATE: () => !this.startsLine(), DEF: () => this.CONSUME1(t.Stray) });
  });

  /** The closing brace is missing only at the end of the text: nothing else ends the loop. */
  readonly block = this.RULE("block", () => {
    this.CONSUME(t.OpenBrace);
    this.MANY({ GATE: () => this.goesOn(), DEF: () => this.SUBRULE(this.inner) });
    this.OPTION(() => this.CONSUME(t.CloseBrace));
  });

  readonly inner = this.RULE("inner", () => {
    this.OR({
      DEF: [
        { GATE: () => this.startsStatement(), ALT: () => this.guardedStatement() },
        { ALT: () => this.CONSUME(t.Semicolon) },
        { ALT: () => this.mistaken(() => this.SUBRULE(this.block, { LABEL: "orphan" })) },
        { ALT: () => this.mistaken(() => this.SUBRULE(this.stray)) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
  });

  readonly statement = this.RULE(
    "statement",
    this.choice(() =>
      [
        this.network,
        this.data,
        this.train,
        this.prune,
        this.regrow,
        this.restore,
        this.penalize,
        this.learn,
        this.freeze,
        this.update,
        this.pull,
        this.rewind,
        this.mark,
        this.reinitialize,
        this.shuffle,
        this.harden,
        this.load,
        this.repeat,
        this.forEach,
        this.search,
        this.slim,
        this.quantize,
        this.evaluate,
        this.require,
        this.save,
        this.declaration,
        this.use,
        this.param,
        this.method,
        this.call,
      ].map((rule) => ({ ALT: () => this.SUBRULE(rule) })),
    ),
  );

  readonly train = this.RULE("train", () => {
    this.OR([{ ALT: () => this.word("train") }, { ALT: () => this.word("finetune") }]);
    this.SUBRULE(this.additive, { LABEL: "length" });
    this.MANY(() => this.SUBRULE(this.trainClause));
    this.OPTION(() => this.SUBRULE(this.block));
  });

  readonly trainClause = this.RULE(
    "trainClause",
    this.choice(() => [
      {
        ALT: () => {
          this.word("batch");
          this.SUBRULE(this.additive);
        },
      },
      {
        ALT: () => {
          this.word("with");
          this.SUBRULE(this.callLike);
        },
      },
      {
        ALT: () => {
          this.word("minimizing");
          this.SUBRULE(this.expr, { LABEL: "loss" });
        },
      },
      {
        ALT: () => {
          this.word("until");
          this.SUBRULE1(this.expr, { LABEL: "until" });
        },
      },
    ]),
  );

  readonly repeat = this.RULE("repeat", () => {
    this.word("repeat");
    this.SUBRULE(this.additive);
    this.word("times");
    this.OPTION(() => {
      this.word("as");
      this.CONSUME(t.Name);
    });
    this.SUBRULE(this.block);
    this.OPTION1(() => {
      this.word("until");
      this.SUBRULE(this.expr);
    });
  });

  readonly forEach = this.RULE("forEach", () => {
    this.word("for");
    this.word("each");
    this.word("layer");
    this.word("as");
    this.CONSUME(t.Name);
    this.MANY(() => this.SUBRULE(this.selection));
    this.SUBRULE(this.block);
  });

  readonly search = this.RULE("search", () => {
    this.word("search");
    this.CONSUME(t.Name);
    this.word("in");
    this.SUBRULE(this.range);
    this.MANY(() => this.SUBRULE(this.searchClause));
    this.SUBRULE(this.block);
  });

  readonly searchClause = this.RULE(
    "searchClause",
    this.choice(() => [
      {
        ALT: () => {
          this.word("per");
          this.CONSUME(t.Name);
        },
      },
      { ALT: () => this.SUBRULE(this.gate) },
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.word("maximizing") }, { ALT: () => this.word("minimizing") }]);
          this.SUBRULE(this.expr, { LABEL: "objective" });
        },
      },
      {
        ALT: () => {
          this.word("subject");
          this.word("to");
          this.SUBRULE1(this.expr, { LABEL: "budget" });
        },
      },
    ]),
  );

  readonly method = this.RULE("method", () => {
    this.word("method");
    this.CONSUME(t.Name);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.block);
  });

  /** Reads a token list from its beginning; `stopped` when there were too many mistakes to go on. */
  read(tokens: IToken[]): { readonly tree: CstNode; readonly stopped: boolean } {
    this.failures = 0;
    this.input = tokens;
    const tree = this.program();
    return { tree, stopped: !this.goesOn() };
  }
}

let shared: PruneParser | undefined;

/** The one parser: building it takes a tenth of a second, so it is built when first needed. */
export const parser = (): PruneParser => (shared ??= new PruneParser());
