import { grouped } from "../../plan/words.js";
import type { Event } from "./fold.js";

export type Range = readonly [number, number] | null;

/** A count, or the two ends between which it lies; nothing where it is not known. */
export function span(range: Range): string {
  if (range === null) return "";
  return range[0] === range[1] ? grouped(range[0]) : `${grouped(range[0])}–${grouped(range[1])}`;
}

/** How a count goes through several events: "12", "12 → 4", "12 → 4, within 3–15"; nothing where it is never known. */
export function course(ranges: readonly Range[]): string {
  const known = ranges.filter((range) => range !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return "";
  const within = turns(known) ? `, within ${span(hull(known))}` : "";
  return within === "" && span(first) === span(last)
    ? span(first)
    : `${span(first)} → ${span(last)}${within}`;
}

/** True where the first and the last of some ranges do not say between what the others lie. */
export function turns(ranges: readonly (readonly [number, number])[]): boolean {
  return !steady(ranges.map(([low]) => low)) || !steady(ranges.map(([, high]) => high));
}

/** Smallest and largest of some ranges. */
export function hull(ranges: readonly (readonly [number, number])[]): readonly [number, number] {
  const low = ranges.reduce((least, [one]) => Math.min(least, one), Infinity);
  return [low, ranges.reduce((most, [, one]) => Math.max(most, one), -Infinity)];
}

function steady(values: readonly number[]): boolean {
  const up = values.every((value, i) => i === 0 || value >= (values[i - 1] ?? value));
  return up || values.every((value, i) => i === 0 || value <= (values[i - 1] ?? value));
}

const exactly = (count: number | null): Range => (count === null ? null : [count, count]);

/** What is known of an event, or of several, in words: "asked 224; changes 224; dead 224 of 448; parameters …; MACs …". */
export function told(events: readonly Event[]): string {
  const total = course(events.map((event) => exactly(event.total)));
  const dead = course(events.map((event) => event.dead));
  const parts: readonly (readonly [string, string])[] = [
    ["asked", course(events.map((event) => exactly(event.nominal)))],
    ["changes", course(events.map((event) => event.reachable))],
    ["dead", total === "" ? dead : `${dead} of ${total}`],
    ...costsOf(events),
  ];
  return listed(parts);
}

export function costsOf(events: readonly Event[]): readonly (readonly [string, string])[] {
  return [
    ["parameters", course(events.map((event) => event.params))],
    ["MACs", course(events.map((event) => event.macs))],
  ];
}

export function listed(parts: readonly (readonly [string, string])[]): string {
  return parts.flatMap(([name, text]) => (text === "" ? [] : [`${name} ${text}`])).join("; ");
}
