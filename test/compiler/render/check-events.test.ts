import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts, type CheckFacts } from "../../../compiler/render/check/facts.js";
import { foldEvents, type Item } from "../../../compiler/render/check/fold.js";
import { phaseNumbers } from "../../../compiler/render/check/phases.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { course } from "../../../compiler/render/check/series.js";
import { width } from "../../../compiler/render/text.js";
import { cifarResNet } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";

const network = networkOf(cifarResNet());
const options = { network, data: { examples: 128 }, epochs: 20 };
const reportOf = (text: string, columns = 100, events = false) =>
  checkReport(compile(text, options), { network, columns, events });
const itemsOf = (text: string): readonly Item[] =>
  foldEvents(checkFacts(compile(text, options), network).events);
const folds = (items: readonly Item[]) =>
  items.flatMap((item) =>
    "event" in item ? [] : [{ when: item.when, phases: item.phases, times: item.events.length }],
  );
const numbers = (items: readonly Item[]) =>
  items.flatMap((item) => ("event" in item ? [item.number] : item.events.map(({ number }) => number)));

describe("a course of counts", () => {
  test("says its ends, and what they do not say", () => {
    const about = (from: number, to: number) => ({ about: Math.round((from + to) / 2), from, to });
    expect(course([3])).toBe("3");
    expect(course([3, null, 3])).toBe("3");
    expect(course([3, 2, 1])).toBe("3 → 1");
    expect(course([3, 9, 3])).toBe("3 → 3, within 3–9");
    expect(course([about(0, 4), about(0, 8), about(0, 2000)])).toBe("about 2 (0–4) → about 1,000 (0–2,000)");
    expect(course([about(3, 3), about(1, 9), about(3, 3)])).toBe("about 3 → about 3, within about 1–9");
    expect(course([null])).toBe("");
  });
  test("leaves no count outside what it says", () => {
    const drawn = fc
      .tuple(fc.nat(50), fc.nat(50), fc.nat(50))
      .map(([from, a, b]) => ({ about: from + a, from, to: from + a + b }));
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(50), drawn), { minLength: 1 }), (counts) => {
        const said = (course(counts).match(/\d+/g) ?? []).map(Number);
        for (const end of counts.flatMap((one) => (typeof one === "number" ? [one] : [one.from, one.to]))) {
          expect(end).toBeGreaterThanOrEqual(Math.min(...said));
          expect(end).toBeLessThanOrEqual(Math.max(...said));
        }
      }),
    );
  });
});

describe("long runs of events", () => {
  test("of one rule are one line", () => {
    const items = itemsOf("train 100 epochs { prune weights by magnitude local 1% every epoch }");
    expect(folds(items)).toEqual([{ phases: "phase 1", when: "epochs 1 to 100, every epoch", times: 100 }]);
  });
  test("of several rules are one line each", () => {
    const items = itemsOf(
      "train 60 epochs { prune weights by magnitude local 1% every 2 epochs; regrow random\nevaluate every 3 epochs }",
    );
    expect(folds(items).map(({ when, times }) => [when, times])).toEqual([
      ["epochs 2 to 60, every 2 epochs", 30],
      ["epochs 2 to 58, every 2 epochs", 29],
      ["epochs 3 to 60, every 3 epochs", 20],
    ]);
  });
  test("end where the distance changes", () => {
    const items = itemsOf("train 9 epochs { evaluate at epochs 1, 2, 3, 4, 6, 8, 9 }");
    expect(folds(items)).toMatchObject([{ when: "epochs 1 to 4, every epoch", times: 4 }]);
    expect(items).toHaveLength(4);
  });
  test("in the passes of a repeat are one line", () => {
    const items = itemsOf(
      "repeat 10 times as i { prune weights by magnitude 5%\ntrain 8 epochs { evaluate every 2 epochs }\nfinetune 1 epoch }",
    );
    expect(folds(items)).toEqual([
      { phases: "in every pass", when: "", times: 10 },
      { phases: "phases 1, 3, … 19", when: "epochs 2 to 8, every 2 epochs", times: 40 },
    ]);
  });
  test("on different layers stay apart", () => {
    const items = itemsOf(
      "for each layer as L in conv2d_2, conv2d_4 { repeat 3 times { prune filters in L by l1 20% } }",
    );
    expect(folds(items).map(({ times }) => times)).toEqual([3, 3]);
  });
  test("lose no event, whatever the program", () => {
    const when = fc.constantFrom(
      "every epoch",
      "every 3 steps",
      "at epochs 1, 2, 4",
      "every 0.3 epochs",
      "at step 0",
    );
    const rule = fc.tuple(fc.constantFrom("prune weights by magnitude 1%", "evaluate", "mark here"), when);
    const phase = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.array(rule, { maxLength: 3 }))
      .map(([n, rules]) => `train ${n} epochs { ${rules.map((words) => words.join(" ")).join("\n")} }`);
    const block = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.array(phase, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 3 }), (blocks) => {
        const text = blocks
          .map(([n, phases]) => `repeat ${n} times { prune weights by magnitude 1%\n${phases.join("\n")} }`)
          .join("\n");
        const { events } = checkFacts(compile(text, { data: { examples: 320 } }));
        const shown = numbers(foldEvents(events)).sort((a, b) => a - b);
        expect(shown).toEqual(events.map((_, i) => i + 1));
      }),
      { numRuns: runs(20, 200) },
    );
  });
  test("keep what differs: the first, the last, and the counts of layers at both", () => {
    const report = reportOf(
      "train 100 epochs { prune weights by magnitude local from 0% to 90% every epoch }",
    );
    const { events }: CheckFacts = checkFacts(
      compile("train 100 epochs { prune weights by magnitude local from 0% to 90% every epoch }", options),
      network,
    );
    const words = (count: unknown) => Number(count).toLocaleString("en");
    const [first, last] = [events[0], events.at(-1)];
    expect(report.replaceAll(/\s+/g, " ")).toContain(`dead ${words(first?.dead)} → ${words(last?.dead)} of`);
    expect(report).toContain("100 times: epochs 1 to 100, every epoch");
    for (const { layer, live } of last?.layers ?? [])
      expect(report).toMatch(new RegExp(`${layer} .* ${words(live)}\n`));
    expect(report).not.toContain("more …");
  });
});

describe("every event with --events", () => {
  const text = "train 60 epochs { prune filters by l1 local 5% every epoch; regrow random }";
  test("has its line", () => {
    const { events } = checkFacts(compile(text, options), network);
    const report = reportOf(text, 160, true);
    expect(report).not.toContain("times:");
    const lines = report.split("\n").filter((line) => /^ +\d+  epoch \d+/.test(line));
    expect(lines).toHaveLength(events.length);
    expect(reportOf(text)).toContain("`--events` lists them one by one");
  });
  test.each([40, 60, 80, 100])("fits %i columns, with the exact costs", (columns) => {
    const report = reportOf(text, columns, true);
    for (const line of report.split("\n")) expect(width(line), line).toBeLessThanOrEqual(columns);
    const { events } = checkFacts(compile(text, options), network);
    expect(report.replaceAll(/\s+/g, " ")).toContain(Number(events[0]?.macs).toLocaleString("en"));
  });
});

test("layers that count weights and filters are told apart", () => {
  const report = reportOf("prune weights by magnitude local 50%\nprune filters by l1 local 25%\nslim");
  expect(report).toMatch(/Alive after each event: weights\n +layer +of +1\n/);
  expect(report).toMatch(/Alive after each event: filters\n +layer +of +2\n/);
  expect(report).toMatch(/conv2d_1 +16 +12\n/);
});

test("phases that last alike stand together", () => {
  expect(phaseNumbers([4])).toBe("4");
  expect(phaseNumbers([1, 2])).toBe("1, 2");
  expect(phaseNumbers([2, 3, 4])).toBe("2 to 4");
  expect(phaseNumbers([1, 3, 5])).toBe("1, 3, … 5");
  expect(phaseNumbers([1, 2, 5])).toBe("1, 2, 5");
  expect(reportOf("repeat 30 times { train 1 epoch\nfinetune 2 epochs }")).toContain(
    "1, 3, … 59  train 1 epoch, 30 times, with adam(rate: 0.001): 4 steps each, 4 to an epoch\n",
  );
});

test("events after which every layer holds the same share a column, in the order of their numbers", () => {
  const same = reportOf("train 4 epochs { prune filters by l1 local to 25% every epoch }");
  expect(same).toMatch(/ +layer +of +1…4\n/);
  const turning = reportOf("train 60 epochs { prune filters by l1 local 25% every epoch; regrow random }");
  for (const [, from, to] of turning.matchAll(/(?<= )(\d+)…(\d+)(?= |\n)/g))
    expect(Number(to)).toBeGreaterThan(Number(from));
});

test("what is drawn is told as such, and so is what a run may not get to", () => {
  const drawn = reportOf("prune filters by l1 global 50%\nslim", 160);
  expect(drawn).toMatch(/prune filters +224 +224 +224 +448 +about [\d,]+ \([\d,]+–[\d,]+\)/);
  expect(drawn).toMatch(/conv2d_1 +16 +≈\d+\n/);
  const early = reportOf(
    "train 2 epochs until accuracy >= 90% { prune filters by l1 local 25% every epoch }\nslim",
  );
  expect(early).toMatch(/epoch 1 +prune/);
  expect(early).toMatch(/epoch 2, if it gets there +prune/);
});
