import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { comparison } from "../../../runtime/report/comparison.js";
import { inks } from "../../../runtime/report/charts.js";
import { reportHtml } from "../../../runtime/report/html.js";
import { sampleReport } from "./sample.js";

describe("the report page", () => {
  it("stands alone: scripts and styles inside, nothing fetched", async () => {
    const page = await reportHtml(sampleReport());
    expect(page).toContain("uPlot");
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  it("never turns names into markup", async () => {
    const hostile = `</script><img src=x onerror=alert(1)>"'&`;
    const report = sampleReport();
    const page = await reportHtml({
      ...report,
      network: hostile,
      data: hostile,
      backend: hostile,
      notes: [hostile],
      source: { ...report.source, name: hostile, statements: { 1: hostile } },
      layers: report.layers.map((row) => ({ ...row, layer: hostile, className: hostile })),
      events: report.events.map((event) => ({ ...event, id: 1, kind: hostile, text: hostile })),
      amounts: report.amounts.map((row) => ({ ...row, structure: hostile })),
    });
    expect(page).not.toContain("<img");
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });

  it("says how much is left and how much faster it is", () => {
    const rows = new Map(comparison(sampleReport()).map((row) => [row.what, row.change]));
    expect(rows.get("parameters")).toBe("25.0 % left");
    expect(rows.get("latency, one example")).toBe("2.00× as fast");
    expect(rows.get("latency, batch of 32"), "the spreads overlap").toBe("no difference measured");
    expect(rows.get("test accuracy"), "pruning is blamed for what it did alone").toBe(
      "+0.75 points on dense",
    );
  });

  it("shows the program as written, how it was run, and budgets beside what they came to", async () => {
    const page = await reportHtml(sampleReport());
    for (const text of [
      "# filters, then slim\ntrain 12 epochs { prune filters by l1 global share every 6 epochs }\nslim",
      "with share = 50%",
      "espalier run slim.prune --set share=50%",
      "A processor (2 cores), Node 20.19.0, TensorFlow.js 4.22.0",
      "2026-01-01 00:00 UTC",
      "macs ≤ 40 %: 39.9 %",
      "<th>dense</th>",
    ])
      expect(page).toContain(text);
  });

  it("draws and writes at 4.5 : 1 or more, in light and in dark", async () => {
    const page = await reportHtml(sampleReport());
    const [light = "", dark = ""] = page.match(/:root \{[^}]*--ink[^}]*\}/g) ?? [];
    for (const [style, lines] of [
      [light, inks.light],
      [dark, inks.dark],
    ] as const) {
      const colour = (name: string) => new RegExp(`--${name}: (#\\w+)`).exec(style)?.[1] ?? "";
      const shades = [colour("ink"), colour("soft"), colour("live"), ...Object.values(lines)];
      for (const back of [colour("back"), colour("fill")])
        for (const shade of shades) expect(contrast(shade, back), `${shade} on ${back}`).toBeGreaterThan(4.5);
    }
  });

  it("draws dark ink on paper, and light ink on a dark screen again", async () => {
    const page = await reportHtml(sampleReport());
    const script =
      page
        .match(/<script>([\s\S]*?)<\/script>/g)
        ?.at(-1)
        ?.replace(/<\/?script>/g, "") ?? "";
    const strokes: string[] = [];
    const media = new Map<string, { matches: boolean; change: () => void }>();
    let open = 0;
    runInNewContext(script, {
      document: { getElementById: () => ({ clientWidth: 300 }) },
      ResizeObserver: class {
        observe = () => undefined;
      },
      matchMedia(query: string) {
        const found = { matches: query.includes("dark"), change: () => undefined };
        media.set(query, found);
        return Object.assign(found, {
          addEventListener: (_: string, change: () => undefined) => (found.change = change),
        });
      },
      uPlot: class {
        constructor({ axes, series }: { axes: { stroke: string }[]; series: { stroke?: string }[] }) {
          open++;
          strokes.push(...axes.map(({ stroke }) => stroke), ...series.flatMap(({ stroke }) => stroke ?? []));
        }
        destroy = () => void open--;
      },
    });
    const paper = media.get("print");
    if (paper === undefined) throw new Error("paper is not asked for");
    const drawn = (back: string): void => {
      expect(open).toBe(4);
      expect(strokes.length).toBeGreaterThan(12);
      for (const stroke of strokes.splice(0)) expect(contrast(stroke, back)).toBeGreaterThan(4.5);
    };
    drawn("#1b1c1a");
    paper.matches = true;
    paper.change();
    drawn("#ffffff");
    paper.matches = false;
    paper.change();
    drawn("#1b1c1a");
  });

  it("says last what holds on paper: nothing scrolls, nothing is dark", async () => {
    const page = await reportHtml(sampleReport());
    const [, print = ""] = /@media print \{\n([\s\S]*?)\n\}\n<\/style>/.exec(page) ?? [];
    expect(print).toMatch(/\.scroll, \.program \{ overflow: visible; \}/);
    const colours = print.match(/--(?:ink|soft|live): #\w+/g) ?? [];
    expect(colours).toHaveLength(3);
    for (const one of colours) expect(contrast(one.split(": ")[1] ?? "", "#f6f5f1")).toBeGreaterThan(4.5);
  });
});

/** WCAG 2: (L1 + 0.05) / (L2 + 0.05) of relative luminances. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const digits = hex.length === 4 ? [...hex.slice(1)].map((d) => d + d) : (hex.slice(1).match(/../g) ?? []);
    const [r = 0, g = 0, blue = 0] = digits.map((two) => {
      const c = parseInt(two, 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
