import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chartScript } from "./charts.js";
import {
  amountsTable,
  comparisonTable,
  escapeHtml,
  eventsTable,
  layersTable,
  storedTable,
} from "./tables.js";
import type { Report } from "./types.js";

/**
 * One page that needs nothing else: charts by uPlot, whose script and style are put inside. `main` is HTML: whatever comes from outside
 * is escaped in it; `script` draws the charts.
 */
export async function page(title: string, main: string, script: string): Promise<string> {
  const plot = dirname(createRequire(import.meta.url).resolve("uplot/package.json"));
  const [library, css] = await Promise.all([
    readFile(join(plot, "dist/uPlot.iife.min.js"), "utf8"),
    readFile(join(plot, "dist/uPlot.min.css"), "utf8"),
  ]);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${css}${style}</style>
<main>
${main}
</main>
<script>${library}</script>
<script>${script}</script>
</html>
`;
}

/** The report of a run as a page. */
export function reportHtml(report: Report): Promise<string> {
  const title = `${report.source.name} · ${report.network}`;
  const { source, timing } = report;
  const program = escapeHtml(source.text?.trimEnd() ?? Object.values(source.statements).join("\n"));
  const set = Object.entries(source.parameters).map(([name, value]) => escapeHtml(`${name} = ${value}`));
  const { cpu, cores, node, tfjs } = timing.machine;
  const machine = escapeHtml(`${cpu} (${cores} cores), Node ${node}, TensorFlow.js ${tfjs}`);
  const notes = [...timing.slower, ...report.notes].map((note) => `<li>${escapeHtml(note)}</li>`).join("");
  const main = `<header>
<h1>${escapeHtml(report.source.name)}</h1>
<p>${escapeHtml(report.network)} on ${escapeHtml(report.data)}, seed ${report.seed}, ${escapeHtml(report.backend)} backend, espalier ${escapeHtml(report.espalier)}, ${escapeHtml(timing.startedAt.slice(0, 16).replace("T", " "))} UTC, ${duration(timing.seconds)}</p>
<p>${machine}</p>
</header>
${report.failed === null ? "" : `<p class="failed">${escapeHtml(report.failed)}</p>`}
<pre class="program">${program}</pre>
${set.length === 0 ? "" : `<p>with ${set.join(", ")}</p>`}
${timing.command === null ? "" : `<p><code>${escapeHtml(timing.command)}</code></p>`}
${comparisonTable(report)}
${amountsTable(report)}
${notes === "" ? "" : `<ul class="notes">${notes}</ul>`}
<section class="charts">
<figure><figcaption>accuracy</figcaption><div id="accuracy"></div></figure>
<figure><figcaption>loss</figcaption><div id="loss"></div></figure>
<figure><figcaption>sparsity</figcaption><div id="sparsity"></div></figure>
<figure><figcaption>parameters and MACs, share of the network as loaded</figcaption><div id="size"></div></figure>
</section>
${layersTable(report)}
${storedTable(report)}
${eventsTable(report)}`;
  return page(title, main, chartScript(report));
}

export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds.toFixed(1)} s` : `${minutes} min ${Math.round(seconds % 60)} s`;
}

/** The page's own style: readable in light and dark, on paper and on a phone. */
const style = `
:root { color-scheme: light dark; --ink: #222; --soft: #666; --line: #ddd; --back: #fff; --fill: #f6f5f1; --live: #2f6f4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --soft: #999; --line: #444; --back: #1b1c1a; --fill: #262725; --live: #6fb58e; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px; }
h1 { margin: 0; font-size: 24px; } h2 { margin: 32px 0 8px; font-size: 17px; }
header p, figcaption, small { color: var(--soft); }
header p { margin: 4px 0; } code, pre { font-size: 13px; overflow-wrap: anywhere; } .words { color: var(--soft); margin: 8px 0 0; }
@media (max-width: 500px) { main { padding: 12px; } body { font-size: 13px; } th, td { padding-right: 8px; } .text { min-width: 11em; } }
.u-legend { text-align: left; }
.program { background: var(--fill); border-left: 3px solid var(--live); padding: 12px 16px; overflow-x: auto; }
.failed { border-left: 3px solid #b3402e; padding: 8px 16px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; } .text { display: inline-block; white-space: normal; min-width: 16em; } th { color: var(--soft); font-weight: 500; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 24px; margin-top: 32px; } figure { margin: 0; min-width: 0; }
.bars { width: 180px; } .bars i, .bars b { display: block; height: 6px; min-width: 1px; background: var(--line); } .bars b { background: var(--live); }
@media print {
  :root { color-scheme: light; --ink: #222; --soft: #555; --line: #ccc; --back: #fff; --fill: #f6f5f1; --live: #2f6f4f; }
  body { font-size: 12px; } main { max-width: none; padding: 0; } figure, tr { break-inside: avoid; }
  .program { white-space: pre-wrap; } th, td { white-space: normal; } .scroll, .program { overflow: visible; } .text { min-width: 0; } .bars { width: 100px; }
  .bars, .u-marker { print-color-adjust: exact; } .charts { grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); }
}
`;
