import { sizeTitles } from "../../core/ir/sizes.js";
import type { HistoryPoint, Report } from "./types.js";

interface Chart {
  readonly into: string;
  readonly percent: boolean;
  readonly series: readonly {
    readonly label: string;
    readonly color: string;
    readonly values: readonly (number | null)[];
  }[];
}

/** The page's script: four charts over training steps, redrawn when the window's width changes. */
export function chartScript(report: Report): string {
  const { history, before } = report;
  const of = (pick: (point: HistoryPoint) => number | null) => history.map(pick);
  const share = (value: number, whole: number) => (whole === 0 ? null : value / whole);
  const charts: readonly Chart[] = [
    {
      into: "accuracy",
      percent: true,
      series: [
        { label: "test", color: "#2f6f4f", values: of((p) => p.testAccuracy) },
        { label: "training", color: "#b08d57", values: of((p) => p.trainAccuracy) },
      ],
    },
    {
      into: "loss",
      percent: false,
      series: [
        { label: "test", color: "#2f6f4f", values: of((p) => p.testLoss) },
        { label: "training", color: "#b08d57", values: of((p) => p.trainLoss) },
      ],
    },
    {
      into: "sparsity",
      percent: true,
      series: [{ label: "dead weights", color: "#8c3b3b", values: of((p) => p.sparsity) }],
    },
    {
      into: "size",
      percent: true,
      series: [
        { label: sizeTitles.params, color: "#2f6f4f", values: of((p) => share(p.params, before.params)) },
        { label: sizeTitles.macs, color: "#3b5b8c", values: of((p) => share(p.macs, before.macs)) },
        ...(history.some((p) => p.nonzeroParams !== p.params)
          ? [
              {
                label: sizeTitles["nonzero params"],
                color: "#b08d57",
                values: of((p) => share(p.nonzeroParams, before.params)),
              },
              {
                label: sizeTitles["nonzero macs"],
                color: "#8c3b3b",
                values: of((p) => share(p.nonzeroMacs, before.macs)),
              },
            ]
          : []),
      ],
    },
  ];
  return `const steps = ${scriptJson(of((p) => p.step))};
const charts = ${scriptJson(charts)};
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const ink = dark ? "#ddd" : "#333", grid = dark ? "#444" : "#e5e5e5";
for (const chart of charts) {
  const box = document.getElementById(chart.into);
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const show = (value) => value == null ? "–" : chart.percent ? (100 * value).toFixed(2) + " %" : value.toPrecision(4);
  const plot = new uPlot({
    width: box.clientWidth, height: 220,
    scales: { x: { time: false } },
    legend: { live: true },
    axes: [{ ...axis, label: "training steps" }, { ...axis, size: 64, values: (_, ticks) => ticks.map((t) => chart.percent ? +(100 * t).toFixed(3) + " %" : t) }],
    series: [{ label: "step" }, ...chart.series.map((s) => ({ label: s.label, stroke: s.color, width: 2, spanGaps: true, points: { show: steps.length < 60 }, value: (_, v) => show(v) }))],
  }, [steps, ...chart.series.map((s) => s.values)], box);
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 220 })).observe(box);
}`;
}

/** JSON that may stand inside a script element: no `</script>`, no line separators. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}
