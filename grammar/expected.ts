import { scan } from "./lexer.js";
import { parser } from "./parser.js";
import { isWord, WORDS } from "./words.js";

/** Something that may stand where a text ends. */
export interface Expected {
  /** The word; null where a name, a pattern or a value stands. */
  readonly word: string | null;
  /** The rules of the grammar that it is read by, the outermost first. */
  readonly rules: readonly string[];
}

const WORD = "word ";
const statementWords: ReadonlySet<string> = new Set(
  WORDS.flatMap(({ word, is }) => (is === "statement" ? [word] : [])),
);

/**
 * All that may follow a text, for completion lists: words, and where names may stand. `begins`: a statement may begin there; otherwise
 * the words that begin one are left out, since the one under way goes on. Nothing follows a text that has a mistake.
 */
export function expectedAfter(text: string, { begins }: { readonly begins: boolean }): readonly Expected[] {
  const found = parser().assist(scan(text).tokens);
  const seen = new Set<string>();
  return found.flatMap(({ name, rules }): Expected[] => {
    const word = name.startsWith(WORD) ? name.slice(WORD.length) : null;
    const isBeginning = rules.at(-2) === "statement" && (word === null || statementWords.has(word));
    if (word !== null && !isWord(word)) return [];
    if ((word === null && name !== "Name" && name !== "Identifier") || (isBeginning && !begins)) return [];
    const key = `${name} ${rules.join(" ")}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ word, rules }];
  });
}
