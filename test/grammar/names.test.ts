import { describe, expect, it } from "vitest";
import { parse, print, WORDS } from "../../grammar/index.js";
import { meaning } from "./meaning.js";

const named = (...categories: readonly string[]): string[] =>
  WORDS.filter(({ is }) => categories.includes(is)).map(({ word }) => word);

const words = WORDS.filter(({ is }) => is !== "reserved").map(({ word }) => word);
const units = named("unit");

/** Where a name stands, and the words that mean something else there. */
const places: readonly (readonly [text: string, but?: readonly string[]])[] = [
  ["quantize weights to NAME bits by kmeans"],
  ["prune filters by taylor over NAME batches 50%"],
  ["prune weights by h over NAME probes 50%"],
  ["prune weights by h over NAME batches and NAME probes 50%"],
  ["prune filters by l1 50% compensating by obs over NAME batches"],
  ["recalibrate batch-norm over NAME batches"],
  ["prune filters by l1 50% every NAME during NAME..NAME", ["epoch", "step"]],
  ["prune filters by l1 50% at epochs NAME, NAME"],
  ["prune filters by l1 50% every 2 epochs from epoch NAME until step NAME"],
  ["prune filters by l1 50% every epoch during NAME / 2..NAME"],
  ["prune filters by l1 50% every epoch during NAME - 1..NAME"],
  ["prune filters by l1 50% every epoch during epochs NAME..NAME"],
  ["prune filters by l1 from NAME to macs <= NAME", units],
  ["prune filters by l1 from NAME to NAME cubic", units],
  ["prune filters by l1 to NAME"],
  ["prune taps by l1 keep NAME each"],
  ["prune filters by l1 amount NAME -> NAME cosine over NAME..NAME"],
  ["prune filters in layers NAME..NAME by l1 below NAME keeping at least NAME per layer"],
  ["rewind weights to epoch NAME slim"],
  ["rewind weights to NAME slim", [...units, "start"]],
  ["train NAME batch NAME keeping best by NAME patience NAME until NAME >= NAME", ["epoch", "step"]],
  ["train 3 epochs augment shift NAME, rotate NAME { slim }", named("statement", "clause")],
  ["repeat NAME times as NAME while NAME > 1 { slim } until NAME > 2"],
  ["search NAME in NAME..NAME by NAME(NAME: NAME) maximizing NAME subject to NAME <= 2 { slim }"],
  ["penalize filters by NAME with trained NAME = NAME strength NAME -> NAME linear over epochs NAME..NAME"],
  ["update only top NAME by NAME"],
  ["regrow weights by NAME amount NAME allocated by NAME"],
  ["restore weights by NAME above NAME"],
  ['use loss NAME, NAME from "./losses.js"'],
  ["method prunes(NAME = NAME, NAME) { slim }"],
];

describe("any word may be a name", () => {
  it.each(places.map(([text, but = []]) => ({ text, but })))("in $text", ({ text, but }) => {
    const plain = parse(text.replaceAll("NAME", "plain"));
    expect(plain.diagnostics).toEqual([]);
    for (const word of words) {
      if (but.includes(word)) continue;
      const { program, diagnostics } = parse(text.replaceAll("NAME", word));
      expect(diagnostics, word).toEqual([]);
      expect(meaning(parse(print(program)).program), word).toEqual(meaning(program));
      expect(JSON.stringify(meaning(program)).replaceAll(`"${word}"`, '"plain"'), word).toBe(
        JSON.stringify(meaning(plain.program)).replaceAll(`"${word}"`, '"plain"'),
      );
    }
  });
});
