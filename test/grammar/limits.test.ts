import { describe, expect, it } from "vitest";
import { isIncomplete, parse } from "../../grammar/index.js";

const codes = (text: string): string[] => parse(text).diagnostics.map(({ code }) => code);

describe("hostile texts", () => {
  it.each([
    ["open parentheses", "(".repeat(100_000), ["P1029"]],
    ["nested values", `require ${"(".repeat(65)}a${")".repeat(65)}`, ["P1029"]],
    ["nested blocks", `${"repeat 2 times {".repeat(65)}${"}".repeat(65)}`, ["P1029"]],
    ["a chain of signs", `require ${"-".repeat(100_000)}a`, ["P1029"]],
    ["a chain of powers", `require a${"^a".repeat(20_000)}`, ["P1029"]],
    ["a chain of sums", `require a${" + a".repeat(20_000)}`, ["P1029"]],
    ["a chain of negations", `require ${"not ".repeat(100_000)}a`, ["P1029"]],
    ["ten million characters", "é".repeat(10_000_000), ["P1030"]],
    ["NUL bytes", "\0".repeat(900_000), ["P1028"]],
    ["lone surrogates", "\ud800".repeat(900_000), ["P1028"]],
  ])("%s give one diagnostic", (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it.each([
    ["statements that break off", "prune ".repeat(50_000)],
    ["braces", "}".repeat(200_000)],
    ["stray lines", "x\n".repeat(100_000)],
    ["comments", "# a\n".repeat(100_000)],
    ["quotes", '"'.repeat(50_000)],
    ["white space", " ".repeat(900_000)],
  ])("%s end soon, with a bounded list", (_, text) => {
    const before = performance.now();
    expect(codes(text).length).toBeLessThanOrEqual(51);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it("takes what is within the limits", () => {
    expect(codes(`require ${"(".repeat(64)}a${")".repeat(64)}`)).toEqual([]);
    expect(codes(`${"repeat 2 times {".repeat(64)}${"}".repeat(64)}`)).toEqual([]);
    expect(codes(`require a${" + a".repeat(150)}`)).toEqual([]);
  });

  it("says that more mistakes follow", () => {
    expect(codes("prune ".repeat(300)).at(-1)).toBe("P1031");
    expect(codes("x\n".repeat(300)).at(-1)).toBe("P1031");
  });
});

describe("speed", () => {
  const least = (lines: number): number => {
    const text = "prune filters in conv* by l1 global 50% every 2 epochs\n".repeat(lines);
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      expect(codes(text)).toEqual([]);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...times);
  };

  it("grows with the length of a text, not with its square", () => {
    least(250);
    expect(least(2000) / least(250)).toBeLessThan(32);
  });
});

describe("an incomplete text", () => {
  it.each([
    "prune filters by",
    "train 5 epochs {",
    "train 5 epochs { slim every",
    "use han from",
    "train 5 epochs with sgd(",
    "han(",
  ])("%s asks for more", (text) => expect(isIncomplete(text)).toBe(true));
  it.each(["", "slim", "pruen filters {", "prune filters by l1 50%", 'save "x', "slim }"])(
    "%s does not",
    (text) => expect(isIncomplete(text)).toBe(false),
  );
});

describe("a diagnostic", () => {
  it("names the file when the text is not the main one", () => {
    expect(parse("pruen", "lib.prune").diagnostics[0]?.file).toBe("lib.prune");
    expect(parse("pruen").diagnostics[0]).not.toHaveProperty("file");
  });
});
