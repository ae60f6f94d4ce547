import { grouped } from "../../plan/words.js";
import type { CheckFacts } from "./facts.js";
import { table, type Column } from "./table.js";

/** So many events at the beginning and at the end are shown; the JSON form has all. */
const shownFirst = 24;
const shownLast = 6;

type Event = CheckFacts["events"][number];
type Range = readonly [number, number] | null;

const heads: readonly Column[] = [
  { title: "when", align: "left" },
  { title: "what", align: "left" },
  { title: "asked", align: "right", spare: 2 },
  { title: "changes", align: "right" },
  { title: "dead", align: "right" },
  { title: "of", align: "right", spare: 1 },
  { title: "parameters", align: "right" },
  { title: "MACs", align: "right" },
];

/** Every event with its moment, what it asks and reaches, and the costs of the network after it. */
export function eventTable({ events, phases, cut }: CheckFacts, columns: number): string[] {
  if (events.length === 0) return [];
  const many = events.length > shownFirst + shownLast + 1;
  const shown = many ? [...events.slice(0, shownFirst), ...events.slice(-shownLast)] : events;
  const several = phases.length > 1;
  const exact = table(
    heads,
    shown.map((event) => row(event, several, grouped)),
    Infinity,
  );
  const wide = Math.max(...exact.map((line) => line.length)) > columns;
  const lines = wide
    ? table(
        heads,
        shown.map((event) => row(event, several, compact)),
        columns,
      )
    : exact;
  if (!many) return lines;
  const left = events.length - shown.length;
  const more = `  … ${grouped(left)} more${cut ? ", and others that are too many to list" : ""} …`;
  return [...lines.slice(0, shownFirst + 1), more, ...lines.slice(shownFirst + 1)];
}

function row(event: Event, several: boolean, show: (count: number) => string): string[] {
  const span = (range: Range) =>
    range === null ? "" : range[0] === range[1] ? show(range[0]) : `${show(range[0])}–${show(range[1])}`;
  return [
    when(event, several),
    event.does,
    event.nominal === null ? "" : show(event.nominal),
    event.reachable === null ? "" : span(event.reachable),
    span(event.dead),
    event.total === null ? "" : show(event.total),
    span(event.params),
    span(event.macs),
  ];
}

function when({ phase, epoch, step }: Event, several: boolean): string {
  const where = several && phase !== null ? `phase ${phase + 1}, ` : "";
  if (epoch === null && step === null) return phase === null ? "once" : where;
  if (step === 0 || epoch === 0) return `${where}start`;
  const moment = epoch === null ? "" : `epoch ${Number.isInteger(epoch) ? epoch : epoch.toFixed(2)}`;
  if (step === null || (epoch !== null && Number.isInteger(epoch))) return where + moment;
  return `${where}step ${grouped(step)}`;
}

/** 40813184 as "40.8M": for tables that are too wide otherwise. */
export function compact(count: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (count >= size * 10) return `${(count / size).toFixed(count >= size * 100 ? 0 : 1)}${unit}`;
  }
  return grouped(count);
}
