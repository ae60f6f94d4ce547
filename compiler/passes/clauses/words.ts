import type { Name } from "../../../grammar/ast.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { reject, type Place } from "../lowering.js";

/** One of a few words, or null once the wrong one was reported. */
export function oneOf<const Word extends string>(
  name: Name,
  words: readonly Word[],
  what: string,
  place: Place,
): Word | null {
  const found = words.find((word) => word === name.text);
  if (found !== undefined) return found;
  return reject(place, "P2002", `there is no ${what} \`${name.text}\``, name.span, {
    help: similar(name.text, words) ?? `there are ${words.map((word) => `\`${word}\``).join(", ")}`,
  });
}
