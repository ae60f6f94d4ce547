import { describe, expect, it } from "vitest";
import { compareTable } from "../../cli/compare-table.js";
import { fakeTerminal } from "../cli/fake-terminal.js";
import { amountsGrid } from "../../api/compare/words.js";
import { comparisonHtml } from "../../api/compare/page.js";
import { amountRows, csvOf, type Comparison, type RunRow } from "../../api/compare/rows.js";

const row = (more: Partial<RunRow>): RunRow => ({
  program: "p",
  amount: "50%",
  control: false,
  seed: 1,
  status: "done",
  message: null,
  accuracy: null,
  top5Accuracy: null,
  loss: null,
  denseAccuracy: null,
  denseTop5Accuracy: null,
  denseLoss: null,
  compression: null,
  speedup: null,
  coded: null,
  params: null,
  macs: null,
  steps: null,
  seconds: null,
  folder: "runs/p",
  ...more,
});

const comparison = (runs: readonly RunRow[]): Comparison => ({
  comparison: 1,
  espalier: "0",
  command: null,
  network: "n",
  data: "d",
  backend: "wasm",
  machine: null,
  seeds: [1],
  before: null,
  programs: [...new Set(runs.map(({ program }) => program))].map((name) => ({
    name,
    control: false,
    text: `# ${name}`,
    set: {},
    varied: null,
  })),
  amounts: amountRows(runs),
  runs,
  refused: [{ program: "<i>bad</i>", amount: null, message: "</script><script>alert(1)</script>" }],
});

describe("a comparison in rows", () => {
  it("has mean and sample deviation over seeds, and compares with the dense control of the same seed", () => {
    const [p] = amountRows([
      row({ seed: 1, accuracy: 0.8, compression: 2, denseAccuracy: 0.1 }),
      row({ seed: 2, accuracy: 0.6, compression: 4, denseAccuracy: 0.1 }),
      row({ seed: 3, status: "failed" }),
      row({ program: "dense", amount: null, control: true, seed: 1, accuracy: 0.9 }),
      row({ program: "dense", amount: null, control: true, seed: 2, accuracy: 0.8 }),
    ]);
    expect(p).toMatchObject({ done: 2, runs: 3, compression: { mean: 3, deviation: Math.SQRT2 } });
    expect(p?.accuracy.mean).toBeCloseTo(0.7);
    expect(p?.accuracy.deviation).toBeCloseTo(Math.SQRT2 / 10);
    expect(p?.change.mean).toBeCloseTo(-0.15);
    expect(p?.speedup).toEqual({ mean: null, deviation: null });
  });

  it("has top-5 accuracy beside accuracy where some run has one, and nowhere else", async () => {
    const with5 = [
      row({ accuracy: 0.5, top5Accuracy: 0.9, denseTop5Accuracy: 0.2, compression: 2, speedup: 1.5 }),
      row({ program: "dense", amount: null, control: true, accuracy: 0.75, top5Accuracy: 1 }),
    ];
    const without = with5.map((one) => ({ ...one, top5Accuracy: null }));
    const [p] = amountRows(with5);
    expect(p?.top5Accuracy.mean).toBe(0.9);
    expect(p?.top5Change.mean).toBeCloseTo(-0.1);
    expect(csvOf(comparison(with5))).toMatch(/,accuracy,top5Accuracy,.*\n.*,0\.5,0\.9,/);
    for (const [runs, has] of [
      [with5, true],
      [without, false],
    ] as const) {
      const { amounts } = comparison(runs);
      const cells = amountsGrid(amounts);
      expect(cells[0].includes("top-5")).toBe(has);
      expect(cells[1]?.includes("90.00 %")).toBe(has);
      expect(cells.every((line) => line.length === cells[0].length)).toBe(true);
      expect(amountsGrid(amounts, ["top5", "top5Change"])).toEqual(amountsGrid(amountRows(without), []));
      const html = await comparisonHtml(comparison(runs));
      expect(html.match(/<figure>/g)).toHaveLength(has ? 4 : 2);
      expect(/top-?5/i.test(html)).toBe(has);
      if (has) expect(html).toContain('"into":"top5Accuracy-speedup"');
    }
  });

  it("leaves top-5 accuracy out of a terminal that it is too wide for", () => {
    const both = comparison([row({ accuracy: 0.5, top5Accuracy: 0.9, compression: 2 })]);
    const headOf = (columns: number): string =>
      compareTable(both, fakeTerminal({ columns }).terminal).split("\n")[0] ?? "";
    const wide = headOf(120);
    expect(wide).toMatch(/test accuracy +on dense +top-5 +compression/);
    expect(headOf(wide.length)).toBe(wide);
    expect(headOf(wide.length - 1)).toMatch(/test accuracy +on dense +compression/);
  });

  it("is a table that no spreadsheet works out and no comma breaks", () => {
    const [, line] = csvOf(comparison([row({ program: "=1+1", message: 'a "b", c' })])).split("\n");
    expect(line).toBe(`'=1+1,50%,false,1,done,,,,,,,,,,,,,,runs/p,"a ""b"", c"`);
  });

  it("is a page into which nothing from outside gets as markup", async () => {
    const name = "</script><img src=x onerror=alert(1)>";
    const html = await comparisonHtml(comparison([row({ program: name, accuracy: 0.5, compression: 2 })]));
    expect(html).not.toMatch(/<img|<i>bad|<script>alert/);
    expect(html).toContain("&lt;img src=x");
    expect(html).toContain("\\u003cimg src=x");
  });
});
