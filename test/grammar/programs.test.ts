import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { format, parse, print } from "../../grammar/index.js";
import { casesIn } from "../helpers/cases.js";
import { meaning } from "./meaning.js";

const programs = casesIn(join(import.meta.dirname, "../cases/programs"));

describe("sample programs", () => {
  it("are all there", () => expect(programs.length).toBeGreaterThanOrEqual(100));

  it.each(programs)("$name parses", ({ text }) => {
    const { program, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(program.statements.length).toBeGreaterThan(0);
    expect(program.span).toEqual({ start: 0, end: text.length });
  });

  it.each(programs)("$name keeps its meaning and its comments when formatted", ({ text }) => {
    const formatted = format(text).text;
    expect(meaning(parse(formatted).program)).toEqual(meaning(parse(text).program));
    expect(format(formatted).text).toBe(formatted);
    const { program } = parse(text);
    expect(print(parse(print(program)).program)).toBe(print(program));
    const comments = (source: string): string[] =>
      parse(source).program.comments.map((comment) => comment.text);
    expect(comments(formatted)).toEqual(comments(text).map((comment) => comment.trimEnd()));
  });
});
