import { counted, grouped, momentName } from "../../plan/words.js";
import { hanging, width as widthOf } from "../text.js";
import type { CheckFacts } from "./facts.js";
import { foldEvents, type Event, type Fold, type Item, type Numbered } from "./fold.js";
import { costsOf, listed, sizesOf, span, told } from "./series.js";
import { table, type Column } from "./table.js";

/** So many events are told one by one; of more, regular ones are taken together unless all are asked for. */
const fewEvents = 40;

/** Events as they are shown: one by one, or long regular runs of a statement as one. */
export function shownEvents({ events }: CheckFacts, all: boolean): readonly Item[] {
  if (all || events.length <= fewEvents) return events.map((event, i) => ({ number: i + 1, event }));
  return foldEvents(events);
}

/** Every event with its number, its moment, what it asks and reaches, and the costs of the network after it. */
export function eventLines(items: readonly Item[], { phases, cut }: CheckFacts, columns: number): string[] {
  const rows = items.flatMap((item) => ("event" in item ? [item] : []));
  const several = phases.length > 1;
  const single = layout(rows, several, columns);
  const lines = [...single.head];
  let row = 0;
  for (const item of items)
    lines.push(...("event" in item ? (single.rows[row++] ?? []) : foldLines(item, several, columns)));
  const folded = items.flatMap((item) => ("event" in item ? [] : item.events)).length;
  if (folded > 0)
    lines.push(
      ...hanging(
        "",
        `${counted(folded, "events")} taken together; \`--events\` lists them one by one`,
        columns,
      ),
    );
  if (cut) lines.push("  … and others that are too many to list");
  return lines;
}

/** The numbers of a fold: "4…196". */
export function numbersOf({ events }: Fold): string {
  return `${events[0]?.number ?? ""}…${events.at(-1)?.number ?? ""}`;
}

function foldLines(fold: Fold, several: boolean, columns: number): string[] {
  const events = fold.events.map(({ event }) => event);
  const title = `${events[0]?.does ?? ""}, ${counted(events.length, "times")}: ${joined([several ? fold.phases : "", fold.when, events.some(({ doubtful }) => doubtful === true) ? perhaps : ""])}`;
  return [...hanging(numbersOf(fold), title, columns), ...hanging("", told(events), columns)];
}

interface Layout {
  readonly head: readonly string[];
  /** Lines of each event. */
  readonly rows: readonly (readonly string[])[];
}

const heads: readonly Column[] = [
  { title: "#", align: "right" },
  { title: "when", align: "left" },
  { title: "what", align: "left" },
  { title: "asked", align: "right" },
  { title: "changes", align: "right" },
  { title: "dead", align: "right" },
  { title: "of", align: "right" },
];

/** One table; where that is too wide, the costs stand below, where they change; where that is too wide, sentences. */
function layout(rows: readonly Numbered[], several: boolean, columns: number): Layout {
  if (rows.length === 0) return { head: [], rows: [] };
  const cells = rows.map((one) => [String(one.number), ...row(one.event, several)]);
  const sizes = sizesOf(rows.map(({ event }) => event));
  const whole = fitting(
    [...heads, ...sizes.map(({ title }): Column => ({ title, align: "right" }))],
    rows.map(({ event }, i) => [
      ...(cells[i] ?? []),
      ...sizes.map(({ of, write }) => span(of(event), write)),
    ]),
    columns,
  );
  if (whole !== null) return { head: whole.slice(0, 1), rows: whole.slice(1).map((line) => [line]) };
  let before = "";
  const below = rows.map(({ event }) => {
    const text = listed(costsOf([event]));
    const changed = text !== before;
    before = text;
    return changed ? hanging("", text, columns) : [];
  });
  const narrow = fitting(heads, cells, columns);
  if (narrow !== null) {
    const lines = narrow.slice(1).map((line, i) => [line, ...(below[i] ?? [])]);
    return { head: narrow.slice(0, 1), rows: lines };
  }
  return {
    head: [],
    rows: rows.map(({ number, event }) => [
      ...hanging(String(number), `${event.does}: ${when(event, several)}`, columns),
      ...hanging("", told([event]), columns),
    ]),
  };
}

function fitting(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] | null {
  const lines = table(columns, rows, Infinity);
  return lines.every((line) => widthOf(line) <= width) ? lines : null;
}

function row(event: Event, several: boolean): string[] {
  return [
    when(event, several),
    event.does,
    span(event.nominal),
    span(event.reachable),
    span(event.dead),
    event.total === null ? "" : grouped(event.total),
  ];
}

function when(event: Event, several: boolean): string {
  const { phase, epoch, step } = event;
  const where = several && phase !== null ? `phase ${phase + 1}` : "";
  const moment =
    epoch === null && step === null
      ? phase === null
        ? "once"
        : ""
      : step === 0 || epoch === 0
        ? "start"
        : momentName(event);
  return joined([where, moment, event.doubtful === true ? perhaps : ""]);
}

/** An `until` may end things before, or only the data say when it is. */
const perhaps = "if it gets there";

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== "").join(", ");
