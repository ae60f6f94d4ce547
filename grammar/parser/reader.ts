import {
  EmbeddedActionsParser,
  LLkLookaheadStrategy,
  tokenMatcher,
  type ILookaheadStrategy,
  type IOrAlt,
  type IParserErrorMessageProvider,
  type IToken,
  type TokenType,
} from "chevrotain";
import type * as ast from "../ast.js";
import { diagnostic, type Details } from "../../core/diagnostics/create.js";
import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import type { Code } from "../../core/diagnostics/table.js";
import * as t from "../tokens.js";
import { endOf, spanOf, vocabulary, tokenOf } from "../tokens.js";
import type { Word } from "../words.js";
import type { Built, Clause, Complete, Filled, Filler, Fillers, Part, Read, Rule, Spanned } from "./parts.js";

/**
 * Error "messages" that only name what was expected, as token type names joined by tabs. The wording is made later,
 * where the tokens around the mistake are known.
 */
const names = (types: readonly (TokenType | undefined)[]): string =>
  [...new Set(types.flatMap((type) => (type === undefined ? [] : [type.name])))].join("\t");

const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => names([expected]),
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) =>
    names(expectedPathsPerAlt.flat().map((path) => path[0])),
  buildEarlyExitMessage: ({ expectedIterationPaths }) => names(expectedIterationPaths.map((path) => path[0])),
  buildNotAllInputParsedMessage: () => "",
};

/** How a choice is told by its next token, worked out where a text first meets it: most are met by no text. */
class LookaheadWhenMet extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(
    choice: Parameters<ILookaheadStrategy["buildLookaheadForAlternation"]>[0],
  ): ReturnType<ILookaheadStrategy["buildLookaheadForAlternation"]> {
    let told: ReturnType<ILookaheadStrategy["buildLookaheadForAlternation"]> | undefined;
    const build = (): NonNullable<typeof told> => (told ??= super.buildLookaheadForAlternation(choice));
    return function (this: Reader, alternatives) {
      return build().call(this, alternatives);
    };
  }

  override buildLookaheadForOptional(
    option: Parameters<ILookaheadStrategy["buildLookaheadForOptional"]>[0],
  ): ReturnType<ILookaheadStrategy["buildLookaheadForOptional"]> {
    let told: ReturnType<ILookaheadStrategy["buildLookaheadForOptional"]> | undefined;
    const build = (): NonNullable<typeof told> => (told ??= super.buildLookaheadForOptional(option));
    return function (this: Reader) {
      return build().call(this);
    };
  }
}

const isMark = (part: Part): part is TokenType => typeof part === "object" && "tokenTypeIdx" in part;

export const joined = (from: Span, to: Span): Span => ({ start: from.start, end: to.end });

export const nameOf = (from: IToken): ast.Name => ({ kind: "name", text: from.image, span: spanOf(from) });

/**
 * What the grammar is written with: each rule reads its tokens and builds its part of the tree. The parser generator runs every rule
 * once without a text to learn its shape; the functions given to `leaf`, `act` and `node` to build with run on texts only.
 */
export class Reader extends EmbeddedActionsParser {
  text = "";
  /** What is wrong with the statement being read although it follows the grammar. */
  mistakes: Diagnostic[] = [];
  /** The clauses of the statement being read; undefined for one whose repetition was reported. */
  private taken = new Map<string, Span | undefined>();

  constructor(validate: boolean) {
    super([...vocabulary], {
      // where two tokens are needed the rule says so: two everywhere would double the start-up
      maxLookahead: 1,
      lookaheadStrategy: new LookaheadWhenMet({ maxLookahead: 1 }),
      recoveryEnabled: false,
      errorMessageProvider: expectations,
      // the suite builds the grammar with validations on; at every start they would double the time
      skipValidations: !validate,
    });
  }

  /** To be called once, when all rules are there. */
  finish(): void {
    this.performSelfAnalysis();
  }

  refuse(code: Code, message: string, span: Span, details?: Details): void {
    this.mistakes.push(diagnostic(code, message, span, details));
  }

  rule<T>(name: string, read: () => T): Rule<T> {
    const rule: Rule<T> = this.RULE(name, read);
    // the generator looks for each rule in a property of its name
    Object.assign(this, { [name]: rule });
    return rule;
  }

  /** A rule whose part of the tree is built from the span of all its tokens. */
  node<T>(name: string, read: () => (span: Span) => T): Rule<T> {
    return this.rule(name, () => {
      const start = this.LA(1).startOffset;
      const build = read();
      return this.ACTION(() => build({ start, end: endOf(this.LA(0)) }));
    });
  }

  choice<T>(name: string, alternatives: readonly Read<T>[], tokens = 1): Rule<T> {
    return this.rule(name, this.either(alternatives, tokens));
  }

  /** A choice that its gates decide. */
  gated<T>(alternatives: IOrAlt<T>[]): () => T {
    const choice = { DEF: alternatives, IGNORE_AMBIGUITIES: true };
    return () => this.OR(choice);
  }

  /** One of several, told apart by so many tokens. They are made once, since making them anew costs more than parsing. */
  either<T>(alternatives: readonly Read<T>[], tokens = 1): Read<T> {
    const [only] = alternatives;
    if (only !== undefined && alternatives.length === 1) return (index) => this.read(only, index);
    const choices: IOrAlt<T>[] = alternatives.map((part, i) => ({ ALT: () => this.read(part, i) }));
    const choice = { DEF: choices, MAX_LOOKAHEAD: tokens };
    return (index = 0): T => this.or(index, choice);
  }

  /** Alternatives that are one word each. */
  words<W extends Word, T>(words: readonly W[], build: (word: W, span: Span) => T): (() => T)[] {
    return words.map((word) => () => this.leaf(tokenOf(word), (token) => build(word, spanOf(token))));
  }

  oneOf<W extends Word>(...words: readonly W[]): Read<W> {
    return this.either(this.words(words, (word) => word));
  }

  /** Words, marks and fields in the order of the text. */
  sequence<const P extends readonly Part[]>(...parts: P): () => Built<P> {
    const steps = parts.flatMap((part, i): ((object: Record<string, unknown>) => void)[] => {
      if (typeof part === "string") return [() => this.word(part)];
      if (typeof part === "function") return [(object) => Object.assign(object, this.read(part, i))];
      if (isMark(part)) return [() => this.token(part)];
      return Object.entries(part).map(([field, value]) => (object) => {
        const read = typeof value === "function" ? this.read(value, i) : value;
        if (read !== undefined) object[field] = read;
      });
    });
    return () => {
      const object: Record<string, unknown> = {};
      for (const step of steps) step(object);
      return object as Built<P>;
    };
  }

  /** A node that is a sequence. */
  phrase<const P extends readonly Part[]>(name: string, ...parts: P): Rule<Spanned<Built<P>>> {
    const read = this.sequence(...parts);
    return this.node(name, () => {
      const object = read();
      return (span) => ({ ...object, span });
    });
  }

  /** A statement; `word` is the span of its first token. */
  statement<const P extends readonly Part[]>(
    name: string,
    ...parts: P
  ): Rule<Spanned<Built<P>> & { readonly word: Span }> {
    const read = this.sequence(...parts);
    return this.node(name, () => {
      const first = this.LA(1);
      const fields = read();
      return (span) => ({ ...fields, span, word: spanOf(first) });
    });
  }

  /** A statement that starts with the word of its kind. */
  sentence<const K extends Word & ast.Statement["kind"], const P extends readonly Part[]>(
    kind: K,
    ...parts: P
  ): Complete<K, Built<P>>;
  sentence(kind: Word, ...parts: readonly Part[]): unknown {
    return this.statement(kind, { kind }, kind, ...parts);
  }

  /** What stands behind words. */
  after<T>(words: Word | readonly Word[], part: Read<T>): Read<T> {
    const before = typeof words === "string" ? [words] : words;
    return (index) => {
      this.word(...before);
      return this.read(part, index);
    };
  }

  optional<T>(part: Read<T>, gate?: () => boolean): Read<T | undefined> {
    return (index) => this.maybe(part, index, gate);
  }

  /** Whether the words are there. */
  has(...words: readonly Word[]): Read<boolean> {
    const gate = (): boolean => words.every((word, i) => this.is(i + 1, tokenOf(word)));
    return (index) =>
      this.maybe(() => this.word(...words), index, words.length > 1 ? gate : undefined) ?? false;
  }

  /** One or more, with commas between. */
  listed<T>(part: Read<T>): () => T[] {
    return () => {
      const values: T[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => values.push(this.read(part)) });
      return values;
    };
  }

  /** Any number, with commas between, in brackets. */
  enclosed<T>(open: TokenType, part: Read<T>, close: TokenType): T[] {
    const values: T[] = [];
    this.consume(0, open);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => values.push(this.read(part)) });
    this.consume(0, close);
    return values;
  }

  /** `index` tells apart calls of one kind within a rule. */
  read<T>(part: Read<T>, index = 0): T {
    return "ruleName" in part ? this.subrule(index, part) : part(index);
  }

  maybe<T>(part: Read<T>, index = 0, gate?: () => boolean): T | undefined {
    const DEF = (): T => this.read(part, index);
    return this.option(index, gate === undefined ? DEF : { DEF, GATE: gate });
  }

  several<T>(part: Read<T>, index = 0, gate?: () => boolean): T[] {
    const values: T[] = [];
    const DEF = (): number => values.push(this.read(part, index));
    this.many(index, gate === undefined ? DEF : { DEF, GATE: gate });
    return values;
  }

  word(...words: readonly Word[]): true {
    for (const word of words) this.consume(0, tokenOf(word));
    return true;
  }

  token(type: TokenType, index = 0): IToken {
    return this.consume(index, type);
  }

  leaf<T>(type: TokenType, build: (token: IToken) => T, index = 0): T {
    const token = this.consume(index, type);
    return this.ACTION(() => build(token));
  }

  readonly name = (index?: number): ast.Name => this.leaf(t.Name, nameOf, index);

  act<T>(build: () => T): T {
    return this.ACTION(build);
  }

  is(distance: number, type: TokenType): boolean {
    return tokenMatcher(this.LA(distance), type);
  }

  isWritten(distance: number, ...texts: readonly string[]): boolean {
    return texts.includes(this.LA(distance).image);
  }

  /** No white space between the last token and the next. */
  touching(): boolean {
    return endOf(this.LA(0)) === this.LA(1).startOffset;
  }

  /** A line break stands before the next token. */
  startsLine(): boolean {
    return (this.LA(0).endLine ?? 0) < (this.LA(1).startLine ?? 0);
  }

  /**
   * A clause that a statement takes once. Clauses come in any order, so the grammar accepts any number; the second is the mistake, and
   * both are named. Nothing else is said of the second.
   */
  once<T>(what: string, part: Read<T>, help?: string): Clause<T> {
    return (_, index) => {
      const start = this.LA(1).startOffset;
      const before = this.mistakes.length;
      const value = this.read(part, index);
      return this.ACTION(() => {
        const span = { start, end: endOf(this.LA(0)) };
        if (!this.taken.has(what)) {
          this.taken.set(what, span);
          return value;
        }
        this.mistakes.length = before;
        const first = this.taken.get(what);
        this.taken.set(what, undefined);
        if (first !== undefined) this.refuseSecond(what, first, span, help);
        return undefined;
      });
    };
  }

  refuseSecond(what: string, first: Span, second: Span, help?: string): void {
    const [one = "", two = ""] = [first, second].map(({ start, end }) => this.text.slice(start, end));
    const short =
      one.length + two.length < 60 && !/[\n\r]/.test(one + two) ? `: \`${one}\` and \`${two}\`` : "";
    const gap = /\s*$/.exec(this.text.slice(0, second.start))?.[0].length ?? 0;
    const removed = { start: second.start - gap, end: second.end };
    this.refuse("P1023", `a statement takes one ${what}${short}`, second, {
      label: "the second",
      labels: [{ span: first, text: "the first" }],
      ...(help !== undefined && { help }),
      fixes: [{ title: "remove the second", edits: [{ span: removed, text: "" }] }],
    });
  }

  /** A choice of clauses, by two tokens (`from epoch`, `from 10%`); each fills a field of one object, which is `empty` before the first. */
  clauses<F extends Fillers, E extends Readonly<Record<string, unknown>>>(
    name: string,
    fields: F,
    empty: E,
  ): Clause<E & Filled<F>> {
    let object: Record<string, unknown> = { ...empty };
    const alternatives = Object.entries<Filler>(fields).map(([field, clause]) => (index?: number) => {
      const value = clause(object[field] as never, index);
      if (value !== undefined) object = { ...object, [field]: value };
    });
    const [only] = alternatives;
    const clause =
      alternatives.length === 1 && only !== undefined ? only : this.choice(name, alternatives, 2);
    return (present, index) => {
      object = { ...(present ?? empty) };
      this.read(clause, index);
      return object as E & Filled<F>;
    };
  }

  /** The clauses of a statement, in any order and number. */
  gathered<F extends Fillers, E extends Readonly<Record<string, unknown>>>(
    name: string,
    fields: F,
    empty: E,
  ): (index?: number) => E & Filled<F> {
    const clause = this.clauses(name, fields, empty);
    return (index = 0) => {
      this.taken = new Map();
      let object: (E & Filled<F>) | undefined;
      this.many(index, () => {
        object = clause(object, index);
      });
      return object ?? ({ ...empty } as E & Filled<F>);
    };
  }

  /** Adds the span from the first clause that fills an object to the last. */
  spanned<T extends object>(clause: Clause<T>): Clause<Spanned<T>> {
    return (present, index) => {
      const start = present?.span.start ?? this.LA(1).startOffset;
      const object = clause(present, index);
      return this.ACTION(() => object && { ...object, span: { start, end: endOf(this.LA(0)) } });
    };
  }
}
