import { sizeTitles } from "../../core/ir/sizes.js";
import type { HistoryPoint, Report } from "./types.js";

/** Colours of lines, each at least 4.5 : 1 against the page in light and in dark. */
export const inks = {
  light: { green: "#2f6f4f", ochre: "#8a6218", red: "#8c3b3b", blue: "#3b5b8c" },
  dark: { green: "#6fb58e", ochre: "#d9b36c", red: "#e39a9a", blue: "#93b4e8" },
} as const;

/** Events that changed the network are marked where they fell. */
const CUTS: ReadonlySet<string> = new Set(["prune", "regrow", "restore", "slim"]);

interface Chart {
  readonly into: string;
  readonly percent: boolean;
  readonly series: readonly {
    readonly label: string;
    readonly color: keyof (typeof inks)["light"];
    readonly values: readonly (number | null)[];
  }[];
}

/** The page's script: four charts over training steps, redrawn when the width of the window changes, or its light, and for paper. */
export function chartScript(report: Report): string {
  const { history, before } = report;
  const of = (pick: (point: HistoryPoint) => number | null) => history.map(pick);
  const share = (value: number, whole: number) => (whole === 0 ? null : value / whole);
  const charts: readonly Chart[] = [
    {
      into: "accuracy",
      percent: true,
      series: [
        { label: "test", color: "green", values: of((p) => p.testAccuracy) },
        { label: "training", color: "ochre", values: of((p) => p.trainAccuracy) },
        ...(history.some((p) => p.testTop5Accuracy !== undefined)
          ? [{ label: "test, top-5", color: "blue" as const, values: of((p) => p.testTop5Accuracy ?? null) }]
          : []),
      ],
    },
    {
      into: "loss",
      percent: false,
      series: [
        { label: "test", color: "green", values: of((p) => p.testLoss) },
        { label: "training", color: "ochre", values: of((p) => p.trainLoss) },
      ],
    },
    {
      into: "sparsity",
      percent: true,
      series: [{ label: "dead weights", color: "red", values: of((p) => p.sparsity) }],
    },
    {
      into: "size",
      percent: true,
      series: [
        { label: sizeTitles.params, color: "green", values: of((p) => share(p.params, before.params)) },
        { label: sizeTitles.macs, color: "blue", values: of((p) => share(p.macs, before.macs)) },
        ...(history.some((p) => p.nonzeroParams !== p.params)
          ? [
              {
                label: sizeTitles["nonzero params"],
                color: "ochre" as const,
                values: of((p) => share(p.nonzeroParams, before.params)),
              },
              {
                label: sizeTitles["nonzero macs"],
                color: "red" as const,
                values: of((p) => share(p.nonzeroMacs, before.macs)),
              },
            ]
          : []),
      ],
    },
  ];
  const cuts = [...new Set(report.events.filter(({ kind }) => CUTS.has(kind)).map(({ step }) => step))];
  return `const steps = ${scriptJson(of((p) => p.step))};
const cuts = ${scriptJson(cuts)};
const inks = ${scriptJson(inks)};
const charts = ${scriptJson(charts)};
const screen = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");
const last = steps.length - 1;
// paper is white, whatever the screen is
let drawn = [], dark;
function draw() {
  drawn.forEach((plot) => plot.destroy());
  dark = screen.matches && !paper.matches;
  drawn = charts.map(plotOf);
}
function plotOf(chart) {
  const colors = dark ? inks.dark : inks.light;
  const ink = dark ? "#ddd" : "#333", grid = dark ? "#444" : "#e5e5e5";
  const box = document.getElementById(chart.into);
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const show = (value) => value == null ? "–" : chart.percent ? (100 * value).toFixed(2) + " %" : value.toPrecision(4);
  return new uPlot({
    width: box.clientWidth, height: 220,
    scales: { x: { time: false, range: (_, least, most) => [0, most || 1] } },
    hooks: {
      // nobody points at a printed page: the legend then tells the last values
      ready: [(u) => u.setLegend({ idx: last })],
      setCursor: [(u) => u.cursor.idx == null && u.setLegend({ idx: last })],
      draw: [(u) => {
        u.ctx.save();
        u.ctx.strokeStyle = grid;
        u.ctx.setLineDash([4, 4]);
        for (const step of cuts) {
          const x = u.valToPos(step, "x", true);
          u.ctx.beginPath();
          u.ctx.moveTo(x, u.bbox.top);
          u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
          u.ctx.stroke();
        }
        u.ctx.restore();
      }],
    },
    axes: [{ ...axis, label: "training steps" }, { ...axis, size: 64, values: (_, ticks) => ticks.map((t) => chart.percent ? +(100 * t).toFixed(3) + " %" : t) }],
    series: [{ label: "step" }, ...chart.series.map((s) => ({ label: s.label, stroke: colors[s.color], width: 2, spanGaps: true, points: { show: steps.length < 60 }, value: (_, v) => show(v) }))],
  }, [steps, ...chart.series.map((s) => s.values)], box);
}
draw();
screen.addEventListener("change", draw);
paper.addEventListener("change", draw);
charts.forEach(({ into }, i) => {
  const box = document.getElementById(into);
  new ResizeObserver(() => drawn[i].setSize({ width: box.clientWidth, height: 220 })).observe(box);
});`;
}

/** JSON that may stand inside a script element: no `</script>`, no line separators. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}
