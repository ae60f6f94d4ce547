import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format, isIncomplete, parse, print, WORDS } from "../../grammar/index.js";
import { scan } from "../../grammar/lexer.js";
import { casesIn } from "../helpers/cases.js";
import { programs } from "./arbitrary-statements.js";
import { meaning } from "./meaning.js";
import { runs } from "../helpers/runs.js";

const samples = casesIn(join(import.meta.dirname, "../cases/programs")).map(({ text }) => text);

/** What must hold for every text at all. */
function survives(text: string): void {
  const { program, diagnostics } = parse(text);
  expect(program.span).toEqual({ start: 0, end: text.length });
  expect(diagnostics.length).toBeLessThanOrEqual(51);
  const spans = diagnostics.flatMap(({ span, labels = [], fixes = [] }) => [
    ...(span ? [span] : []),
    ...labels.map((label) => label.span),
    ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.span)),
  ]);
  JSON.stringify(program, (key, value: unknown) => {
    if ((key === "span" || key === "word") && isSpan(value)) spans.push(value);
    return value;
  });
  for (const { start, end } of spans) {
    expect(
      start >= 0 && start <= end && end <= text.length,
      `${start}..${end} in ${JSON.stringify(text)}`,
    ).toBe(true);
  }
  isIncomplete(text);
  const formatted = format(text);
  if (diagnostics.length > 0) {
    expect(formatted.text).toBe(text);
    return;
  }
  expect(meaning(parse(formatted.text).program)).toEqual(meaning(program));
  expect(format(formatted.text).text).toBe(formatted.text);
  const comments = (source: string): string[] =>
    parse(source)
      .program.comments.map((comment) => comment.text.trimEnd())
      .sort();
  expect(comments(formatted.text)).toEqual(comments(text));
}

const isSpan = (value: unknown): value is { start: number; end: number } =>
  typeof value === "object" && value !== null && "start" in value && "end" in value;

const marks = [
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  ";",
  "->",
  "..",
  "=",
  "==",
  "<=",
  "+",
  "-",
  "*",
  "/",
  "^",
  "%",
];
const literals = [
  "50%",
  "2",
  "0.5",
  "2:4",
  "4x1",
  '"a"',
  '"',
  "# c\n",
  "\n",
  "l1",
  "conv*",
  "w-w0",
  "é",
  "//",
];
const soup = fc
  .array(fc.constantFrom(...WORDS.map(({ word }) => word), ...marks, ...literals), { maxLength: 40 })
  .map((parts) => parts.join(" "));

describe("programs", () => {
  it("print to text that reads back as the same program", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const text = print(program);
        const read = parse(text);
        expect(read.diagnostics, text).toEqual([]);
        expect(meaning(read.program, false), text).toEqual(meaning(program, false));
        expect(print(read.program)).toBe(text);
      }),
      { numRuns: runs(200, 2000) },
    );
  });
});

describe("any text", () => {
  it("is read without a throw, with every place inside it", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), survives), {
      numRuns: runs(100, 1000),
    });
  });

  it("made of words and marks is read, and keeps its meaning when it parses", () => {
    fc.assert(fc.property(soup, survives), { numRuns: runs(200, 2000) });
  });

  it("survives tokens deleted, doubled and swapped", () => {
    const edit = fc.record({ how: fc.constantFrom("delete", "double", "swap"), at: fc.nat(1000) });
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (text, edits) => {
          const images = scan(text).tokens.map((token) => token.image);
          for (const { how, at } of edits) {
            const i = at % images.length;
            if (how === "delete") images.splice(i, 1);
            else if (how === "double") images.splice(i, 0, images[i] ?? "");
            else images.splice(i, 2, ...images.slice(i, i + 2).reverse());
          }
          survives(images.join(" "));
          survives(images.join("\n"));
        },
      ),
      { numRuns: runs(150, 1500) },
    );
  });

  it("keeps comments and meaning wherever comments and line breaks stand", () => {
    const place = fc.record({
      at: fc.nat(1000),
      text: fc.constantFrom("# note\n", "\n# own\n", "\n\n", "\n", " # two # marks \r\n"),
    });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(place, { maxLength: 6 }), (text, places) => {
        const starts = scan(text).tokens.map((token) => token.startOffset);
        // breaking a pattern in two would change it: only gaps are filled
        const gaps = starts.filter((start) => start === 0 || /\s/.test(text[start - 1] ?? ""));
        const chosen = places
          .map((each) => ({ offset: gaps[each.at % gaps.length] ?? 0, text: each.text }))
          .sort((a, b) => b.offset - a.offset);
        const written = chosen.reduce(
          (done, each) => done.slice(0, each.offset) + each.text + done.slice(each.offset),
          text,
        );
        expect(meaning(parse(written).program)).toEqual(meaning(parse(text).program));
        survives(written);
      }),
      { numRuns: runs(150, 1500) },
    );
  });
});
