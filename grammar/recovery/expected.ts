import type { Place } from "../recovery.js";
import { vocabulary } from "../tokens.js";

/** What a rule that stopped would have taken, in words. */
const RULES: ReadonlyMap<string, string> = new Map([
  ["structure", "a structure such as `weights` or `filters`"],
  ["primary", "a value"],
  ["pattern", "a layer name or pattern"],
  ["patterns", "a layer name or pattern"],
  ["glob", "a layer name or pattern"],
  ["every", "a duration such as `2 epochs`"],
  ["count", "a number or a name"],
  ["unit", "`epochs` or `steps`"],
  ["when", "`every`, `at`, `during`, `from` or `until`"],
  ["movingTarget", "a percentage such as `0%`"],
  ["literalAmount", "an amount"],
  ["rewound", "`weights`, `rate`, `optimizer`, `masks` or `gates`"],
]);

const LABELS: ReadonlyMap<string, string> = new Map([
  ...vocabulary.map((type): [string, string] => [type.name, type.LABEL ?? type.name]),
  ["Name", "a name"],
  ["AnyString", "a path in quotes"],
]);

const WORD = "word ";

export const expectedWords = (expected: readonly string[]): string[] =>
  expected.filter((name) => name.startsWith(WORD)).map((name) => name.slice(WORD.length));

export function expectation({ expected, rule }: Place): string {
  const labels = expected.map((name) => LABELS.get(name) ?? name);
  const last = labels.at(-1);
  if (last === undefined || (labels.length > 1 && RULES.has(rule)) || labels.length > 5) {
    return RULES.get(rule) ?? "something else";
  }
  return labels.length === 1 ? last : `${labels.slice(0, -1).join(", ")} or ${last}`;
}
