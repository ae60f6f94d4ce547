import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chartScript } from "./charts.js";
import { escapeHtml } from "./escape.js";
import { style } from "./style.js";
import { amountsTable, comparisonTable, eventsTable, layersTable } from "./tables.js";
import type { Report } from "./types.js";

/**
 * The report as one page that needs nothing else: charts by uPlot, whose script and style are put inside.
 * Every name that comes from outside is escaped.
 */
export async function reportHtml(report: Report): Promise<string> {
  const plot = dirname(createRequire(import.meta.url).resolve("uplot/package.json"));
  const [script, css] = await Promise.all([
    readFile(join(plot, "dist/uPlot.iife.min.js"), "utf8"),
    readFile(join(plot, "dist/uPlot.min.css"), "utf8"),
  ]);
  const title = `${report.source.name} · ${report.network}`;
  const statements = Object.values(report.source.statements).map(escapeHtml).join("\n");
  const notes = report.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${css}${style}</style>
<main>
<header>
<h1>${escapeHtml(report.source.name)}</h1>
<p>${escapeHtml(report.network)} on ${escapeHtml(report.data)}, seed ${report.seed}, ${escapeHtml(report.backend)} backend, espalier ${escapeHtml(report.espalier)}, ${escapeHtml(report.timing.startedAt)}, ${duration(report.timing.seconds)}</p>
</header>
${report.failed === null ? "" : `<p class="failed">${escapeHtml(report.failed)}</p>`}
<pre class="program">${statements}</pre>
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
${eventsTable(report)}
</main>
<script>${script}</script>
<script>${chartScript(report)}</script>
</html>
`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds.toFixed(1)} s` : `${minutes} min ${Math.round(seconds % 60)} s`;
}
