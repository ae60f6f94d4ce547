import { highest, isExact, lowest, type Estimate } from "../../plan/estimate.js";
import { ends, estimated } from "../../plan/words.js";
import { milliseconds, sizeTitles } from "../../../core/ir/sizes.js";
import type { Event } from "./fold.js";

export type Known = Estimate | null;

/** A count, or about how many; nothing where it is not known. */
export const span = (known: Known, write?: Write): string => (known === null ? "" : estimated(known, write));

/** How a number is written; counts in groups of three digits. */
export type Write = (value: number) => string;

/** How a count goes through several events: "12", "12 → 4", "12 → 4, within 3–15"; nothing where it is never known. */
export function course(all: readonly Known[], write?: Write): string {
  const known = all.filter((one) => one !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return "";
  const within = turns(known) ? `, within ${hull(known, write)}` : "";
  const [from, to] = [span(first, write), span(last, write)];
  return within === "" && from === to ? from : `${from} → ${to}${within}`;
}

/** True where the first and the last of some counts do not say between what the others lie. */
export function turns(known: readonly Estimate[]): boolean {
  return !steady(known.map(lowest)) || !steady(known.map(highest));
}

/** Smallest and largest of some counts. */
export function hull(known: readonly Estimate[], write?: Write): string {
  const low = known.reduce<number>((least, one) => Math.min(least, lowest(one)), Infinity);
  const high = known.reduce<number>((most, one) => Math.max(most, highest(one)), -Infinity);
  return `${known.every(isExact) ? "" : "about "}${ends([low, high], write)}`;
}

function steady(values: readonly number[]): boolean {
  const up = values.every((value, i) => i === 0 || value >= (values[i - 1] ?? value));
  return up || values.every((value, i) => i === 0 || value <= (values[i - 1] ?? value));
}

/** What is known of an event, or of several, in words: "asked 224; changes 224; dead 224 of 448; parameters …; MACs …". */
export function told(events: readonly Event[]): string {
  const total = course(events.map((event) => event.total));
  const dead = course(events.map((event) => event.dead));
  const parts: readonly (readonly [string, string])[] = [
    ["asked", course(events.map((event) => event.nominal))],
    ["changes", course(events.map((event) => event.reachable))],
    ["dead", total === "" ? dead : `${dead} of ${total}`],
    ...costsOf(events),
  ];
  return listed(parts);
}

/** A size of the network behind events. */
interface Size {
  readonly title: string;
  of(event: Event): Known;
  /** Told only where it differs from this. */
  dense?(event: Event): Known;
  readonly write?: Write;
}

/** Sizes of the network that stand behind events; the nonzero ones where they differ from the dense, the latency where it is known. */
export const sizesOf = (events: readonly Event[]): readonly Size[] =>
  sizes.filter(
    ({ of, dense }) => dense === undefined || events.some((one) => span(of(one)) !== span(dense(one))),
  );

const params = (event: Event): Known => event.params;
const macs = (event: Event): Known => event.macs;
const sizes: readonly Size[] = [
  { title: sizeTitles.params, of: params },
  { title: sizeTitles.macs, of: macs },
  { title: sizeTitles["nonzero params"], of: (event) => event.nonzeroParams, dense: params },
  { title: sizeTitles["nonzero macs"], of: (event) => event.nonzeroMacs, dense: macs },
  {
    title: "latency",
    of: (event) => event.latency ?? null,
    dense: () => null,
    write: milliseconds,
  },
];

export const costsOf = (events: readonly Event[]): readonly (readonly [string, string])[] =>
  sizesOf(events).map(({ title, of, write }) => [title, course(events.map(of), write)]);

export function listed(parts: readonly (readonly [string, string])[]): string {
  return parts.flatMap(([name, text]) => (text === "" ? [] : [`${name} ${text}`])).join("; ");
}
