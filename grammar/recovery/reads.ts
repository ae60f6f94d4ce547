import { scan } from "../lexer.js";
import { parser } from "../parser.js";
import type { Item } from "../parser/program.js";

/** Whether a text reads without a mistake: a fix is offered only where what it leaves does. */
export function reads(text: string): boolean {
  const { tokens, diagnostics } = scan(text);
  if (diagnostics.length > 0) return false;
  const { items, errors } = parser().read(text, tokens);
  return errors.length === 0 && items.every(isWhole);
}

const isWhole = (item: Item): boolean =>
  item.kind === "semicolon" || (item.kind === "statement" && item.mistakes.length === 0);
