import { inks, scriptJson } from "../../runtime/report/charts.js";
import { duration, page } from "../../runtime/report/html.js";
import { count, percent } from "../../runtime/report/numbers.js";
import { escapeHtml, table } from "../../runtime/report/tables.js";
import type { AmountRow, Comparison, RunRow, Spread } from "./rows.js";
import { amountsGrid, shareText, timesText } from "./words.js";

/** The comparison as one page that needs nothing else: charts, the table behind them, every run, every program. */
export function comparisonHtml(comparison: Comparison): Promise<string> {
  const { programs, network, data, seeds, backend, espalier, command, machine, before } = comparison;
  const asked = programs.filter(({ control }) => !control).map(({ name }) => name);
  const title = `${asked.join(", ")} · ${network}`;
  const on =
    machine === null
      ? ""
      : `${machine.cpu} (${machine.cores} cores), Node ${machine.node}, TensorFlow.js ${machine.tfjs}`;
  const charts = chartsOf(comparison.amounts);
  const loaded =
    before === null
      ? ""
      : `As loaded: ${count(before.params)} parameters, ${count(before.macs)} multiply–adds${before.accuracy === null ? "" : `, test accuracy ${percent(before.accuracy, 2)}`}.`;
  const main = `<header>
<h1>${escapeHtml(asked.join(", "))}</h1>
<p>${escapeHtml(network)} on ${escapeHtml(data)}, seeds ${seeds.join(", ")}, ${escapeHtml(backend)} backend, espalier ${escapeHtml(espalier)}</p>
<p>${escapeHtml(on)}</p>
<p>${loaded}</p>
</header>
${command === null ? "" : `<p><code>${escapeHtml(command)}</code></p>`}
${refusedList(comparison)}
<section class="charts">
${charts.map(({ into, title }) => `<figure><figcaption>${title}</figcaption><div id="${into}"></div></figure>`).join("\n")}
</section>
<p class="words">Points are means over seeds, bars their sample standard deviation. Compression: all parameters as loaded over those that are not zero. Theoretical speed-up: multiply–adds as loaded over those with weights that are not zero; zeros in dense tensors are multiplied all the same. On dense: points more or less than the dense control of the same seed, or, without controls, than the network just before its first cut.</p>
${amountsTable(comparison.amounts)}
${runsTable(comparison.runs)}
${programTexts(comparison)}`;
  return page(title, main, curvesScript(charts));
}

function refusedList({ refused }: Comparison): string {
  return refused
    .map(({ program, amount, message }) => {
      const who = `${program}${amount === null ? "" : ` at ${amount}`}`;
      return `<p class="failed">${escapeHtml(who)} did not run: ${escapeHtml(message)}</p>`;
    })
    .join("\n");
}

function amountsTable(rows: readonly AmountRow[]): string {
  const [titles, ...lines] = amountsGrid(rows);
  return table(
    "Programs at their amounts",
    titles,
    lines.map((cells) => cells.map(escapeHtml)),
  );
}

function runsTable(rows: readonly RunRow[]): string {
  const one = (mean: number | null): Spread => ({ mean, deviation: null });
  const top5 = rows.some(({ top5Accuracy }) => top5Accuracy !== null);
  const cells = rows.map((row) => [
    row.status === "done" || row.status === "requirement"
      ? `<a href="${escapeHtml(encodeURI(row.folder))}/report.html">${escapeHtml(row.program)}</a>`
      : escapeHtml(row.program),
    escapeHtml(row.amount ?? ""),
    String(row.seed),
    shareText(one(row.denseAccuracy)),
    shareText(one(row.accuracy)),
    ...(top5 ? [shareText(one(row.top5Accuracy))] : []),
    timesText(one(row.compression)),
    timesText(one(row.speedup)),
    row.steps === null ? "–" : count(row.steps),
    row.seconds === null ? "–" : duration(row.seconds),
    row.status === "done" ? "" : `<span class="text">${escapeHtml(row.message ?? row.status)}</span>`,
  ]);
  return table(
    "Runs",
    [
      ...["", "amount", "seed", "before its first cut", "test accuracy", ...(top5 ? ["top-5"] : [])],
      ...["compression", "speed-up", "steps", "trained for", ""],
    ],
    cells,
  );
}

function programTexts({ programs }: Comparison): string {
  const texts = programs.map(({ name, text, set, varied }) => {
    const said = [
      ...Object.entries(set).map(([param, value]) => `${param} = ${value}`),
      ...(varied === null ? [] : [`${varied} varied`]),
    ];
    const note = said.length === 0 ? "" : `<p class="words">${escapeHtml(said.join(", "))}</p>`;
    return `<h3>${escapeHtml(name)}</h3><pre class="program">${escapeHtml(text.trimEnd())}</pre>${note}`;
  });
  return `<section><h2>Programs</h2>${texts.join("\n")}</section>`;
}

interface Curve {
  readonly label: string;
  readonly control: boolean;
  /** In the order of x; accuracy with its deviation, null for one seed. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly deviation: number | null }[];
}

interface Chart {
  /** Of the element that it is drawn into. */
  readonly into: string;
  readonly title: string;
  readonly against: string;
  readonly curves: readonly Curve[];
}

/** Accuracy against compression and speed-up, and top-5 accuracy where some run has one. */
function chartsOf(rows: readonly AmountRow[]): readonly Chart[] {
  const shown = rows.some(({ top5Accuracy }) => top5Accuracy.mean !== null)
    ? (["accuracy", "top5Accuracy"] as const)
    : (["accuracy"] as const);
  return shown.flatMap((of) =>
    (["compression", "speedup"] as const).map((against) => ({
      into: `${of}-${against}`,
      title: `${of === "accuracy" ? "test accuracy" : "test top-5 accuracy"} against ${against === "compression" ? "compression" : "theoretical speed-up"}`,
      against: against === "compression" ? "compression" : "speed-up",
      curves: curvesOf(rows, of, against),
    })),
  );
}

function curvesOf(
  rows: readonly AmountRow[],
  of: "accuracy" | "top5Accuracy",
  against: "compression" | "speedup",
): readonly Curve[] {
  const names = [...new Set(rows.map(({ program }) => program))];
  return names.map((label) => {
    const ours = rows.filter(({ program }) => program === label);
    const points = ours
      .flatMap((row) => {
        const [x, { mean: y, deviation }] = [row[against].mean, row[of]];
        return x === null || y === null ? [] : [{ x, y, deviation }];
      })
      .sort((a, b) => a.x - b.x);
    return { label, control: ours[0]?.control === true, points };
  });
}

/** Charts of one curve a program, redrawn as those of a run's report are. */
function curvesScript(charts: readonly Chart[]): string {
  return `const inks = ${scriptJson(inks)};
const charts = ${scriptJson(charts)};
const screen = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");
const dashes = [[], [10, 4], [3, 4]], borders = ["solid", "dashed", "dotted"];
// paper is white, whatever the screen is
let drawn = [], dark;
function draw() {
  drawn.forEach((plot) => plot.destroy());
  dark = screen.matches && !paper.matches;
  drawn = charts.map(plotOf);
}
function plotOf({ into, against, curves }) {
  const colors = Object.values(dark ? inks.dark : inks.light);
  const ink = dark ? "#ddd" : "#333", grid = dark ? "#444" : "#e5e5e5";
  let programs = 0, controls = 0;
  const looks = curves.map(({ control }) => {
    const i = control ? controls++ : programs++;
    return { stroke: control ? ink : colors[i % colors.length], kind: control ? i % 3 : Math.floor(i / colors.length) % 3 };
  });
  const xs = [...new Set(curves.flatMap((c) => c.points.map((p) => p.x)))].sort((a, b) => a - b);
  const values = curves.map((c) => xs.map((x) => c.points.find((p) => p.x === x)?.y ?? null));
  const box = document.getElementById(into);
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const times = (x) => x == null ? "–" : +x.toPrecision(3) + "×";
  const bars = (u) => curves.forEach(({ points }, i) => {
    u.ctx.save();
    u.ctx.strokeStyle = looks[i].stroke;
    u.ctx.lineWidth = devicePixelRatio;
    for (const { x, y, deviation } of points) {
      if (!deviation || !u.series[i + 1].show) continue;
      const [at, low, high] = [u.valToPos(x, "x", true), u.valToPos(y - deviation, "y", true), u.valToPos(y + deviation, "y", true)];
      u.ctx.beginPath();
      u.ctx.moveTo(at, low);
      u.ctx.lineTo(at, high);
      u.ctx.stroke();
    }
    u.ctx.restore();
  });
  const spans = curves.flatMap((c) => c.points.flatMap((p) => [p.y - (p.deviation ?? 0), p.y + (p.deviation ?? 0)]));
  const [least, most] = [Math.min(...spans), Math.max(...spans)];
  const margin = (most - least) * 0.05 || 0.01;
  return new uPlot({
    width: box.clientWidth, height: 320,
    scales: {
      x: { time: false, distr: 3, log: 2, range: () => [2 ** Math.floor(Math.log2(xs[0] ?? 1)), 2 ** Math.ceil(Math.log2((xs.at(-1) ?? 2) * 1.001))] },
      y: { range: () => [least - margin, most + margin] },
    },
    legend: { markers: { dash: (_, i) => i === 0 ? "solid" : borders[looks[i - 1].kind] } },
    hooks: { draw: [bars] },
    axes: [{ ...axis, label: "times", values: (_, ticks) => ticks.map((t) => t == null ? null : times(t)) }, { ...axis, size: 64, values: (_, ticks) => ticks.map((t) => +(100 * t).toFixed(3) + " %") }],
    series: [
      { label: against, value: (_, x) => times(x) },
      ...curves.map(({ label }, i) => ({ label, stroke: looks[i].stroke, dash: dashes[looks[i].kind], width: 2, spanGaps: true, points: { show: true, size: 7 }, value: (_, y) => y == null ? "–" : (100 * y).toFixed(2) + " %" })),
    ],
  }, [xs, ...values], box);
}
if (charts.some(({ curves }) => curves.some(({ points }) => points.length > 0))) {
  draw();
  screen.addEventListener("change", draw);
  paper.addEventListener("change", draw);
  charts.forEach(({ into }, i) => {
    const box = document.getElementById(into);
    new ResizeObserver(() => drawn[i].setSize({ width: box.clientWidth, height: 320 })).observe(box);
  });
}`;
}
