import { describe, expect, it } from "vitest";
import { Parser } from "../../grammar/parser.js";
import * as t from "../../grammar/tokens.js";
import { lexed, vocabulary } from "../../grammar/tokens.js";
import { WORDS } from "../../grammar/words.js";
import { overlaps, type Production } from "./follow.js";

/** Reported and mended between lexer and parser, or a member of a category that the parser consumes. */
const BEFORE_THE_PARSER = new Set([
  "WhiteSpace",
  "Comment",
  "SlashComment",
  "LonePercent",
  "DoubleEquals",
  "Unknown",
  "ClosedString",
  "UnclosedString",
]);

/** Each with the reason why entering the optional part is right. */
const DECIDED = new Map([
  ["window Option", "a unit word at the start of a window is always the unit"],
  [
    "motion Option",
    "a curve behind a value that moves is that value's; the tree builder gives it one anyway",
  ],
  ["glob Repetition", "gated: only tokens that touch are one pattern"],
  ["normalized Option", "gated: `per layer` is one phrase there"],
  ["keeping Option", "gated: `per layer` is one phrase there"],
  ["by Option", "gated: `with batch statistics` is of the score, `with zero values` of the regrow"],
  ["use Option", "gated: a kind is followed by a name that is not `from`"],
  ["block Repetition", "gated: `}` closes the block"],
  ["train Option", "a block behind `train` is its block"],
  ["repeat Option", "gated: `up to`"],
  ["reference Option", "gated: `nonzero params` is one name"],
  ["augmentation Option", "gated: an amount starts with a number or a name that starts nothing else"],
  ["arg Option", "gated: a name and a colon"],
]);

function used(part: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(part)) part.forEach((each) => used(each, found));
  else if (typeof part === "object" && part !== null) {
    if ("type" in part && part.type === "Terminal" && "name" in part) found.add(String(part.name));
    Object.values(part).forEach((each) => used(each, found));
  }
  return found;
}

const insideOption = (part: Production): readonly Production[] =>
  part.type === "Option" ? (part.definition ?? []) : [part];

describe("the grammar", () => {
  const parser = new Parser(true);
  const rules: readonly Production[] = parser.productions();

  it("builds with every check of the parser generator on", () => {
    expect(rules.length).toBeGreaterThan(80);
  });

  it("never has to guess whether an optional part begins, but where a reason decides", () => {
    const types = new Map(vocabulary.map((type) => [type.name, type]));
    // recovery follows everything by design, so what it starts with is left out of what follows a statement
    const recovery = new Set(["stray"]);
    // a block lacks its brace only where the text ends, which is a mistake
    const closed = (rule: Production): Production =>
      rule.name === "block" ? { ...rule, definition: rule.definition?.flatMap(insideOption) ?? [] } : rule;
    const without = rules.filter((rule) => rule.name !== "stray").map(closed);
    const found = overlaps(without, types, recovery).map(({ rule, kind, tokens }) => ({
      place: `${rule} ${kind}`,
      tokens: tokens.slice(0, 6),
    }));
    expect(found.filter(({ place }) => !DECIDED.has(place))).toEqual([]);
    expect([...DECIDED.keys()].filter((place) => !found.some((each) => each.place === place))).toEqual([]);
  });

  it("uses every token", () => {
    const names = used(rules, new Set());
    expect(
      lexed.map(({ name }) => name).filter((name) => !names.has(name) && !BEFORE_THE_PARSER.has(name)),
    ).toEqual([]);
  });

  it("lets every word but and, or and not be a name", () => {
    const reserved = WORDS.filter(({ is }) => is === "reserved").map(({ word }) => word);
    expect(reserved).toEqual(["and", "or", "not"]);
    for (const type of lexed) {
      if (!type.name.startsWith("word ")) continue;
      expect(type.CATEGORIES?.includes(t.Name), type.name).toBe(!reserved.includes(type.name.slice(5)));
    }
  });

  it("says what each word means in one sentence", () => {
    for (const { word, doc } of WORDS) expect(doc, word).toMatch(/^[A-Z].*\.$/);
  });
});
