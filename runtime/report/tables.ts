import { amountCells, amountTitles, comparisonCells } from "./comparison.js";
import { count, percent } from "./numbers.js";
import type { Stored } from "../../core/quantize/stored.js";
import type { LayerRow, Report } from "./types.js";

type Row = readonly string[];

export function table(caption: string, head: Row, rows: readonly Row[]): string {
  const cells = (row: Row, tag: string) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  return `<section><h2>${caption}</h2><div class="scroll"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>\n${body}\n</tbody></table></div></section>`;
}

export function comparisonTable(report: Report): string {
  const [head = [], ...rows] = comparisonCells(report);
  return table("Before and after", head, rows);
}

export function amountsTable(report: Report): string {
  if (report.amounts.length === 0) return "";
  const rows = amountCells(report, (value, share) => `${value} <small>${share}</small>`);
  return `${table(
    "Asked and got",
    amountTitles,
    rows.map(([structure = "", ...amounts]) => [escapeHtml(structure), ...amounts]),
  )}<p class="words">nominal: what the statements asked to be dead. achieved: what is dead. effective: what is dead once consequences are followed, such as kernels that read a dead channel. physical: what the saved file has lost.</p>`;
}

export function layersTable(report: Report): string {
  const widest = report.layers.reduce((most, row) => Math.max(most, row.params[0]), 1);
  const rows = report.layers.map((row) => [
    escapeHtml(row.layer),
    escapeHtml(row.className),
    pair(row.channels),
    pair(row.params),
    pair(row.macs),
    percent(row.density),
    bars(row, widest),
  ]);
  return table(
    "Layers",
    ["layer", "class", "channels", "parameters", "MACs", "density", "parameters before, after"],
    rows,
  );
}

export function storedTable({ stored }: Report): string {
  if (stored === undefined) return "";
  const cells = ({ dense, sparse, shared, coded }: Stored) => [dense, sparse, shared, coded].map(count);
  const rows = stored.layers.map((row) => [
    escapeHtml(row.layer),
    ...[row.weights, row.nonzero, row.fillers].map(count),
    row.values === null ? "–" : count(row.values),
    row.bits === null ? "–" : count(row.bits),
    ...cells(row),
  ]);
  const all = ["all, with what is no kernel", "", "", "", "", "", ...cells(stored.all)];
  const head = ["layer", "weights", "nonzero", "filler zeros", "values", "bits"];
  return `${table(
    "Weights stored otherwise, in bytes",
    [...head, "dense", "without zeros", "with shared values", "in Huffman’s code"],
    [...rows, all],
  )}<p class="words">without zeros: each nonzero weight and its distance from the last, in 8 bits of convolutions and 5 of others; where that is too far, a zero fills in. with shared values: their numbers in place of the weights, and the list of the values. in Huffman’s code: numbers and distances, with the lengths of the code words.</p>`;
}

const pair = ([before, after]: readonly [number, number]) =>
  before === after ? count(after) : `${count(before)} → ${count(after)}`;

function bars(row: LayerRow, widest: number): string {
  const width = (value: number) => `${((100 * value) / widest).toFixed(2)}%`;
  return `<div class="bars"><i style="width:${width(row.params[0])}"></i><b style="width:${width(row.params[1])}"></b></div>`;
}

/** The epoch in which so much of the training is done, counted from 1 as in programs. */
const epochOf = (done: number): string => (done <= 0 ? "start" : count(Math.ceil(done - 1e-9)));

export function eventsTable(report: Report): string {
  const looped = report.events.some(({ pass }) => pass !== undefined);
  const rows = report.events.map((event) => [
    epochOf(event.epoch),
    count(event.step),
    ...(looped ? [event.pass === undefined ? "" : count(event.pass)] : []),
    `<span title="${escapeHtml(report.source.statements[event.id] ?? "")}">${escapeHtml(event.kind)}</span>`,
    `<span class="text">${escapeHtml(event.text)}</span>`,
  ]);
  return table("Events", ["epoch", "step", ...(looped ? ["pass"] : []), "what", ""], rows);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
