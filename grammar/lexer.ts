import { Lexer, type IToken } from "chevrotain";
import type { Comment } from "./ast.js";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { startsLine } from "./recovery/around.js";
import { repair } from "./recovery/repair.js";
import { lexed } from "./tokens.js";

export interface Scanned {
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

let shared: Lexer | undefined;
const lexer = (): Lexer =>
  (shared ??= new Lexer([...lexed], {
    ensureOptimizations: true,
    positionTracking: "full",
    skipValidations: true,
  }));

/** Every character ends up in a token, a comment or white space. */
export function scan(text: string): Scanned {
  const result = lexer().tokenize(text);
  const [failure] = result.errors;
  if (failure !== undefined)
    throw new Error(`the lexer knows no token for ${JSON.stringify(text[failure.offset])}`);
  const { tokens, diagnostics } = repair(result.tokens);
  const comments = (result.groups["comments"] ?? []).map((token) => commentOf(token, text));
  return { tokens, comments, diagnostics };
}

function commentOf(token: IToken, text: string): Comment {
  const start = token.startOffset;
  const span = { start, end: start + token.image.length };
  return { text: token.image, span, ownLine: startsLine(text, start) };
}
