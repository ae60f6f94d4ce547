import { describe, expect, it } from "vitest";
import { comparison } from "../../../runtime/report/comparison.js";
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
    expect(rows.get("test accuracy")).toBe("−0.25 points");
  });
});
