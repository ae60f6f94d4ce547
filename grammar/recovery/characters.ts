import type { IToken } from "chevrotain";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, replace } from "../../core/diagnostics/create.js";
import { spanOf } from "../tokens.js";
import { shown } from "./around.js";

/** What word processors make of the marks of the language. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ["→", "->"],
  ["≤", "<="],
  ["≥", ">="],
  ["≠", "!="],
  ["×", "*"],
  ["·", "*"],
  ["−", "-"],
  ["–", "-"],
  ["“", '"'],
  ["”", '"'],
  ["„", '"'],
  ["‘", '"'],
  ["’", '"'],
  ["'", '"'],
  ["%%", "%"],
  ["&&", "and"],
  ["||", "or"],
  ["!", "not "],
]);

/** A run of characters that no word, number or mark is made of. */
export function unknownCharacters(token: IToken): Diagnostic {
  const span = spanOf(token);
  const meant = LOOKALIKES.get(token.image);
  if (meant !== undefined) {
    const fix = replace(`write \`${meant.trim()}\``, span, meant);
    return diagnostic("P1028", `${shown(token)} is written \`${meant.trim()}\``, span, { fixes: [fix] });
  }
  if (/^[“”„‘’']/.test(token.image)) {
    const inner = /^[“”„‘’'](.*)[“”‘’']$/.exec(token.image)?.[1];
    return diagnostic("P1028", "strings stand in straight double quotes", span, {
      help: 'write `"…"`',
      fixes: inner === undefined ? [] : [replace("use straight quotes", span, `"${inner}"`)],
    });
  }
  if (!/^[A-Za-z_]/.test(token.image)) return diagnostic("P1028", `unknown characters ${shown(token)}`, span);
  return diagnostic("P1028", `${shown(token)} is not a name`, span, {
    help: "names are made of the letters a–z, digits, `_` and `-`; other layer names are quoted",
  });
}
