import { grouped } from "../../plan/words.js";
import { isExact, middle } from "../../plan/estimate.js";
import { width } from "../text.js";
import type { CheckFacts } from "./facts.js";
import { numbersOf } from "./events.js";
import type { Event, Item } from "./fold.js";
import { hull, turns, type Known } from "./series.js";
import { table, type Column } from "./table.js";

/** Counts of layers after one event, or the ends of a fold and what lies between. */
interface Shown {
  readonly title: string;
  /** By layer, in the order of the rows. */
  readonly counts: readonly string[];
}

/** Heads what lies between the ends of a fold. */
const gap = "…";

/** What lives of every layer after every event shown, by kind of unit: layers down, events by their number across. */
export function aliveTables(
  items: readonly Item[],
  { layers }: CheckFacts,
  columns: number,
): readonly { readonly title: string; readonly lines: readonly string[] }[] {
  return [...new Set(layers.map(({ units }) => units))].map((units) => {
    const own = layers.filter((layer) => layer.units === units);
    const names = own.map(({ layer }) => layer);
    const shown = merged(items.flatMap((item) => shownOf(item, units, names)));
    const rows = own.map(({ layer, total }, at) => [
      layer,
      grouped(total),
      ...shown.map(({ counts }) => counts[at] ?? ""),
    ]);
    return { title: `Alive after each event: ${units}`, lines: chunks(shown, rows, columns) };
  });
}

function shownOf(item: Item, units: string, layers: readonly string[]): readonly Shown[] {
  const ofOne = (title: string, event: Event): Shown => ({
    title,
    counts: layers.map((layer, at) => short(aliveIn(event, layer, at))),
  });
  if ("event" in item) return item.event.units === units ? [ofOne(String(item.number), item.event)] : [];
  const [first, last] = [item.events[0]?.event, item.events.at(-1)?.event];
  if (first === undefined || last === undefined || first.units !== units) return [];
  const [from = "", to = ""] = numbersOf(item).split("…");
  const amid = layers.map((layer, at) => between(item.events.map(({ event }) => aliveIn(event, layer, at))));
  return [ofOne(from, first), { title: gap, counts: amid }, ofOne(to, last)];
}

/** Neighbours that hold the same counts as one: "1…19". What lies between two such ends and differs from neither goes with them. */
function merged(all: readonly Shown[]): readonly Shown[] {
  const counts = all.map((one) => one.counts.join("\n"));
  const kept: Shown[] = [];
  let at = 0;
  while (at < all.length) {
    let last = at;
    for (let end = at + 1; end < all.length; end++) {
      if (all[end]?.title === gap && counts[end]?.trim() === "") continue;
      // Folds of several rules reach over each other: only what follows in number goes together.
      const follows = Number(all[end]?.title) > Number(all[last]?.title);
      if (counts[end] !== counts[at] || !follows) break;
      last = end;
    }
    const [from, to] = [all[at], all[last]];
    if (from !== undefined && to !== undefined)
      kept.push(from === to ? from : { title: `${from.title}…${to.title}`, counts: from.counts });
    at = last + 1;
  }
  return kept;
}

/** What the two ends do not say of the counts between them. */
function between(all: readonly Known[]): string {
  const known = all.filter((one) => one !== null);
  return turns(known) ? hull(known) : "";
}

/** A count in little room: of what is drawn, about how many. */
const short = (known: Known): string =>
  known === null ? "" : `${isExact(known) ? "" : "≈"}${grouped(middle(known))}`;

/** Events mostly have the same layers, in the order of the rows: `at` is where to look first. */
function aliveIn({ layers }: Event, layer: string, at: number): Known {
  const here = layers[at];
  return (here?.layer === layer ? here : layers.find((one) => one.layer === layer))?.live ?? null;
}

/** As many events to a table as fit; the layers and their sizes begin each. */
function chunks(shown: readonly Shown[], rows: readonly (readonly string[])[], columns: number): string[] {
  const heads: readonly Column[] = [
    { title: "layer", align: "left" },
    { title: "of", align: "right" },
    ...shown.map(({ title }): Column => ({ title, align: "right" })),
  ];
  const widths = heads.map(
    ({ title }, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))) + 2,
  );
  const lines: string[] = [];
  let at = 2;
  while (at < heads.length) {
    let room = columns - (widths[0] ?? 0) - (widths[1] ?? 0);
    let end = at;
    while (end < heads.length && (end === at || (widths[end] ?? 0) <= room)) room -= widths[end++] ?? 0;
    const take = <T>(all: readonly T[]): readonly T[] => [...all.slice(0, 2), ...all.slice(at, end)];
    if (lines.length > 0) lines.push("");
    lines.push(...table(take(heads), rows.map(take), columns));
    at = end;
  }
  return lines;
}
