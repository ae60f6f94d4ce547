/** The grammar of `.prune`: text to tree, tree to text, and what is wrong with a text. */

export type * from "./ast.js";
export type * from "../core/diagnostics/diagnostic.js";
export { expectedAfter, type Expected } from "./expected.js";
export { parse, isIncomplete, type Parsed } from "./parse.js";
export { format, print, type Formatted } from "./print.js";
export { isWord, WORDS, wordsOf, type Word, type WordCategory, type WordInfo } from "./words.js";
