import { createToken, Lexer, type IToken, type ITokenConfig, type TokenType } from "chevrotain";
import type { BinaryOp } from "./ast.js";
import type { Span } from "../core/diagnostics/diagnostic.js";
import { WORDS, type Word } from "./words.js";

/**
 * Token types. `Name` is abstract: the concrete `Identifier` and every contextual word belong to it. Rules consume
 * `Name` where a name is obligatory and `Identifier` where it is optional, so that no clause word is swallowed.
 * `Stray` holds whatever cannot start a statement or bound a block: runs of it are what recovery reports.
 */
const abstract = (name: string): TokenType => createToken({ name, pattern: Lexer.NA });

export const Name = abstract("Name");
/** Names but for those of units: `from epoch 4` begins a window, `from share to 90%` a target that moves. */
export const NotUnit = abstract("NotUnit");
export const Stray = abstract("Stray");
/** A string, closed or not: an unclosed one is reported by itself and parses on as if it were closed. */
export const AnyString = abstract("AnyString");

/**
 * With what texts of a type begin, and that none of them holds a line break, is said beside their patterns: else the lexer works it out of
 * them at every start.
 */
const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
const starting = (characters: string): string[] => [...characters];

/** What the lexer knows, in the order in which it tries it: that of this file, but for names, which come last. */
const inOrder: TokenType[] = [];
function lexedAs(config: ITokenConfig): TokenType {
  const type = createToken(config);
  inOrder.push(type);
  return type;
}
const literal = (
  name: string,
  pattern: RegExp,
  label: string,
  first: string | undefined,
  categories = [Stray],
): TokenType =>
  lexedAs({
    name,
    pattern,
    label,
    categories,
    line_breaks: false,
    ...(first !== undefined && { start_chars_hint: starting(first) }),
  });
const mark = (name: string, text: string, categories = [Stray]): TokenType =>
  lexedAs({ name, pattern: text, label: `\`${text}\``, categories, line_breaks: false });

export const WhiteSpace = lexedAs({
  name: "WhiteSpace",
  pattern: /\s+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
export const Comment = lexedAs({
  name: "Comment",
  pattern: /#[^\n\r]*/,
  group: "comments",
  line_breaks: false,
  start_chars_hint: ["#"],
});
/** A comment of other languages, reported and skipped. */
export const SlashComment = literal("SlashComment", /\/\/[^\n\r]*/, "a comment", "/", []);
const strings = [AnyString, Stray];
export const ClosedString = literal("ClosedString", /"(?:[^"\\\n\r]|\\[^\n\r])*"/, "a string", '"', strings);
export const UnclosedString = literal(
  "UnclosedString",
  /"(?:[^"\\\n\r]|\\[^\n\r])*\\?/,
  "a string",
  '"',
  strings,
);
/** Everything beyond printable ASCII but white space, and the ASCII marks that mean nothing here. */
const foreign =
  "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\uffff";
/** A word with characters that names cannot hold, or a run of such characters: one token, so one error. */
export const Unknown = literal(
  "Unknown",
  new RegExp(`[A-Za-z0-9_]*[${foreign}]+[A-Za-z0-9_${foreign}]*|[$&'@\\\\\\\`|~]+|!(?!=)`),
  "text",
  undefined,
);
export const OfEach = literal("OfEach", /\d+:\d+/, "a pattern such as `2:4`", digits);
export const Size = literal("Size", /\d+x\d+(?![A-Za-z0-9_])/, "a size such as `4x1`", digits);
export const Percent = literal("Percent", /\d+(?:\.\d+)?%/, "a percentage", digits);
export const Milliseconds = literal(
  "Milliseconds",
  /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[ \t]*ms(?![A-Za-z0-9_(]|-[A-Za-z])/,
  "a time",
  digits,
);
export const NumberToken = literal(
  "Number",
  /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:[kMG](?![A-Za-z0-9_]))?/,
  "a number",
  digits,
);
/** Only so that `50 %` reaches the parser as one mistake. */
export const LonePercent = mark("LonePercent", "%");
export const DoubleEquals = mark("DoubleEquals", "==");

export const DotDot = mark("DotDot", "..");
export const Dot = mark("Dot", ".");
export const Arrow = mark("Arrow", "->");
export const AtLeast = mark("AtLeast", ">=");
export const AtMost = mark("AtMost", "<=");
export const NotEqual = mark("NotEqual", "!=");
export const Greater = mark("Greater", ">");
export const Less = mark("Less", "<");
export const Equals = mark("Equals", "=");
export const Plus = mark("Plus", "+");
export const Minus = mark("Minus", "-");
export const Star = mark("Star", "*");
export const Slash = mark("Slash", "/");
export const Caret = mark("Caret", "^");
export const Question = mark("Question", "?");
export const OpenParen = mark("OpenParen", "(");
export const CloseParen = mark("CloseParen", ")");
export const OpenBracket = mark("OpenBracket", "[");
export const CloseBracket = mark("CloseBracket", "]");
export const Comma = mark("Comma", ",");
export const Colon = mark("Colon", ":");
export const OpenBrace = mark("OpenBrace", "{", []);
export const CloseBrace = mark("CloseBrace", "}", []);
export const Semicolon = mark("Semicolon", ";", []);

export const Identifier = createToken({
  name: "Identifier",
  pattern: /[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z][A-Za-z0-9_]*)*/,
  label: "a name",
  categories: [Name, NotUnit, Stray],
  line_breaks: false,
  start_chars_hint: starting(letters),
});

/** Longest first: `only` before `on`. */
for (const { word, is } of [...WORDS].sort((a, b) => b.word.length - a.word.length)) {
  const categories = [
    ...(is === "reserved" ? [] : is === "unit" ? [Name] : [Name, NotUnit]),
    ...(is === "statement" ? [] : [Stray]),
  ];
  lexedAs({
    name: `word ${word}`,
    pattern: word,
    label: `\`${word}\``,
    longer_alt: Identifier,
    categories,
    line_breaks: false,
  });
}

export const lexed: readonly TokenType[] = [...inOrder, Identifier];

const byText: ReadonlyMap<unknown, TokenType> = new Map(lexed.map((type) => [type.PATTERN, type]));

/** The token type of a word or an operator. */
export function tokenOf(text: Word | BinaryOp): TokenType {
  const token = byText.get(text);
  if (token === undefined) throw new Error(`no token for ${text}`);
  return token;
}

/** What a parser needs to know: the lexed types and the abstract ones. */
export const vocabulary: readonly TokenType[] = [...lexed, Name, NotUnit, Stray, AnyString];

export const endOf = (token: IToken): number => (token.endOffset ?? token.startOffset) + 1;

export const spanOf = (token: IToken): Span => ({ start: token.startOffset, end: endOf(token) });

/**
 * The value of a string token, closed or not: `\"` is a quote and `\\` a backslash; any other backslash stands for itself, so that
 * Windows paths can be written as they are.
 */
export function stringValue(image: string): string {
  const closed = /^"(?:[^"\\]|\\.)*"$/.test(image);
  return image.slice(1, closed ? -1 : undefined).replace(/\\(["\\])/g, "$1");
}

/** The shortest text that reads back as the value. */
export const quote = (value: string): string =>
  `"${value.replace(/\\(?=["\\]|$)/g, "\\\\").replace(/"/g, '\\"')}"`;
