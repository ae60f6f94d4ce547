import type { CstElement, CstNode, IToken } from "chevrotain";
import type { Span } from "../../core/diagnostics/diagnostic.js";

/** Reading a concrete tree: children by rule or token type name, in the order of the text. */

const isNode = (element: CstElement): element is CstNode => "children" in element;
const isToken = (element: CstElement): element is IToken => "tokenTypeIdx" in element;

export const nodes = (parent: CstNode, name: string): CstNode[] =>
  (parent.children[name] ?? []).filter(isNode);
export const node = (parent: CstNode, name: string): CstNode | undefined => nodes(parent, name)[0];
export const tokens = (parent: CstNode, name: string): IToken[] =>
  (parent.children[name] ?? []).filter(isToken);
export const token = (parent: CstNode, name: string): IToken | undefined => tokens(parent, name)[0];
export const wordIn = (parent: CstNode, word: string): IToken | undefined => token(parent, `word ${word}`);

/** The rule guarantees the child: its absence is a fault of the grammar. */
export function needed<T>(found: T | undefined, parent: CstNode, name: string): T {
  if (found === undefined) throw new Error(`grammar rule ${parent.name} gave no ${name}`);
  return found;
}

export const theNode = (parent: CstNode, name: string): CstNode => needed(node(parent, name), parent, name);
export const theToken = (parent: CstNode, name: string): IToken => needed(token(parent, name), parent, name);

export const spanOf = (token: IToken): Span => ({
  start: token.startOffset,
  end: (token.endOffset ?? token.startOffset) + 1,
});

export function nodeSpan(from: CstNode): Span {
  const at = from.location;
  return { start: at?.startOffset ?? 0, end: (at?.endOffset ?? -1) + 1 };
}

export const joined = (from: Span, to: Span): Span => ({ start: from.start, end: to.end });

/** The first word token of a rule whose alternatives are single words, without its prefix. */
export function firstWord(parent: CstNode): IToken | undefined {
  return Object.values(parent.children).flat().filter(isToken)[0];
}

/** The first of the given words that stands directly in the node, with its token. */
export function oneOf<W extends string>(
  parent: CstNode,
  words: readonly W[],
): { readonly word: W; readonly token: IToken } | undefined {
  for (const word of words) {
    const found = wordIn(parent, word);
    if (found !== undefined) return { word, token: found };
  }
  return undefined;
}
