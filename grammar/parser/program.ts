import { isRecognitionException, type IToken } from "chevrotain";
import type * as ast from "../ast.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { MAX_DIAGNOSTICS } from "../limits.js";
import * as t from "../tokens.js";
import { spanOf } from "../tokens.js";
import { isWord } from "../words.js";
import type { AmountRules } from "./amounts.js";
import type { ClauseRules } from "./clauses.js";
import type { ExpressionRules } from "./expressions.js";
import type { Rule } from "./parts.js";
import { nameOf, type Reader } from "./reader.js";
import type { StatementRules } from "./statements.js";

/** After so many mistakes, more than are shown, the rest of a text is not read. */
const MAX_FAILURES = 4 * MAX_DIAGNOSTICS;

/** What stands between two braces, or in a program, one after the other. */
export type Item =
  | {
      readonly kind: "statement";
      readonly statement: ast.Statement;
      /** What is wrong with it although it follows the grammar. */
      readonly mistakes: readonly Diagnostic[];
      readonly body: Body | undefined;
    }
  /** A statement with a syntax error; the next one is read as ever. */
  | { readonly kind: "failed" }
  | { readonly kind: "semicolon" }
  /** A closing brace too many. */
  | { readonly kind: "brace"; readonly token: IToken }
  /** A block that belongs to no statement. */
  | { readonly kind: "orphan"; readonly body: Body }
  /** Text that belongs to no statement, up to the end of its line: one mistake. */
  | { readonly kind: "stray"; readonly tokens: readonly IToken[] };

/** A block whose statements are still to be told from the mistakes among its items. */
export interface Body {
  readonly block: { readonly statements: ast.Statement[]; readonly span: ast.Block["span"] };
  readonly open: IToken;
  /** The closing brace is missing only at the end of the text: nothing else ends a block. */
  readonly closed: boolean;
  readonly items: readonly Item[];
}

export interface Reading {
  readonly items: readonly Item[];
  /** There were too many mistakes to go on. */
  readonly stopped: boolean;
}

/** Statements with a block, and the program. */
export function programRules(
  p: Reader,
  e: ExpressionRules,
  c: ClauseRules,
  a: AmountRules,
  { parameters, rules, training, where }: StatementRules,
): () => Reading {
  /** The block of the statement being read. */
  let body: Body | undefined;
  /** Mistakes of grammar so far. */
  let failures = 0;
  const goesOn = (): boolean => failures < MAX_FAILURES;

  const block: Rule<Body> = p.node("block", () => {
    const open = p.token(t.OpenBrace);
    const items = p.several(
      (index) => p.read(item, index),
      0,
      () => goesOn() && !p.is(1, t.CloseBrace),
    );
    const closed = p.maybe(() => p.token(t.CloseBrace)) !== undefined;
    return (span) => ({ block: { statements: [], span }, open, closed, items });
  });
  const own = (index?: number): ast.Block => {
    const read = p.read(block, index);
    return p.act(() => {
      body = read;
      return read.block;
    });
  };

  const keeping = p.phrase(
    "keepingBest",
    ...(["keeping", "best", "by"] as const),
    { by: p.name },
    { patience: p.optional(p.after("patience", e.additive)) },
  );
  const trainClauses = {
    ...training,
    keeping: p.once("`keeping best`", keeping),
    until: p.once("`until`", p.after("until", e.expr)),
  };
  const repeatClauses = {
    as: p.once("`as`", p.after("as", p.name)),
    while: p.once("`while`", p.after("while", e.expr)),
  };
  /** `train epoch` trains for one. */
  const length = (): ast.Expr => {
    const written = p.read(e.additive);
    return p.act(() => {
      a.needUnit(written);
      const word = written.kind === "ref" && written.path.length === 1 ? written.path[0]?.text : undefined;
      if (word !== "epoch" && word !== "step") return written;
      return { kind: "duration", value: 1, raw: "1", unit: `${word}s`, counted: false, span: written.span };
    });
  };
  const phase = p.oneOf("train", "finetune");
  const finetune = (): boolean => phase() === "finetune";

  const objective = p.rule(
    "objective",
    p.sequence({ direction: p.oneOf("maximizing", "minimizing") }, { expr: e.expr }),
  );
  const searchClauses = {
    per: p.once("`per`", p.after("per", p.name)),
    agent: p.once("`by`", c.gate),
    objective: p.once("objective", objective),
    subjectTo: p.once(
      "`subject to`",
      p.after(["subject", "to"], (index) => p.read(e.expr, index)),
    ),
  };

  /** A call must start with a plain name, so a method cannot be called by a word of the language. */
  const methodName = (): ast.Name =>
    p.leaf(t.Name, (token) => {
      if (isWord(token.image)) {
        p.refuse("P1032", `a method cannot be called \`${token.image}\``, spanOf(token), {
          label: "a word of the language",
          help: "choose another name, so that calls of it are not taken for statements",
        });
      }
      return nameOf(token);
    });

  const statement = p.choice<ast.Statement>("statement", [
    ...rules,
    p.statement(
      "train",
      { kind: "train" },
      { finetune },
      { length },
      p.gathered("trainClause", trainClauses, {}),
      {
        body: p.optional(own),
      },
    ),
    p.sentence(
      "repeat",
      { upTo: p.has("up", "to") },
      { times: e.additive },
      "times",
      p.gathered("repeatClause", repeatClauses, {}),
      { body: own },
      { until: p.optional(p.after("until", e.expr)) },
    ),
    p.statement("forEach", { kind: "for-each" }, "for", "each", "layer", "as", { as: p.name }, where, {
      body: own,
    }),
    p.sentence(
      "search",
      { name: p.name },
      "in",
      { range: e.range },
      p.gathered("searchClause", searchClauses, {}),
      { body: own },
    ),
    p.sentence("method", { name: methodName }, { params: parameters }, { body: own }),
  ]);

  /** Reads a statement; an error in it is kept by the parser. */
  const attempt = (index?: number): Item => {
    const outer = p.mistakes;
    const mistakes: Diagnostic[] = (p.mistakes = []);
    body = undefined;
    try {
      const read = p.read(statement, index);
      return { kind: "statement", statement: read, mistakes, body };
    } catch (error) {
      if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
      failures += 1;
      return { kind: "failed" };
    } finally {
      p.mistakes = outer;
      body = undefined;
    }
  };
  const mistaken = (read: () => Item) => (): Item => {
    failures += 1;
    return read();
  };
  const startsStatement = (): boolean => !p.is(1, t.Stray) || (p.is(1, t.Identifier) && p.is(2, t.OpenParen));
  const strayRun = p.rule("stray", () => [
    p.token(t.Stray),
    ...p.several(
      () => p.leaf(t.Stray, (token) => token, 1),
      0,
      () => !p.startsLine(),
    ),
  ]);
  /** A call is told from stray text by its gate. */
  const item: Rule<Item> = p.rule(
    "item",
    p.gated<Item>([
      { GATE: startsStatement, ALT: () => attempt() },
      { ALT: () => p.leaf(t.Semicolon, () => ({ kind: "semicolon" })) },
      { ALT: mistaken(() => p.leaf(t.CloseBrace, (token) => ({ kind: "brace", token }))) },
      { ALT: mistaken(() => ({ kind: "orphan", body: p.read(block) })) },
      { ALT: mistaken(() => ({ kind: "stray", tokens: p.read(strayRun) })) },
    ]),
  );
  const program = p.rule("program", () => p.several(item, 0, goesOn));

  return () => {
    failures = 0;
    const items = program.call(p);
    return { items, stopped: !goesOn() };
  };
}
