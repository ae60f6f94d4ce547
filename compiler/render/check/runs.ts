import { grouped } from "../../plan/words.js";
import type { Event, Numbered } from "./fold.js";

/** Events of one statement on the same layers, in one phase, at even distances; a single event is a run of one. */
export type Run = readonly Numbered[];

/** Shorter runs are told event by event. */
const shortest = 4;

/** Events by statement and phase, cut where their distance changes, in the order of their first. */
export function runsOf(events: readonly Numbered[]): readonly Run[] {
  const alike = new Map<string, Numbered[]>();
  for (const one of events) {
    const key = one.event.phase === null ? `once ${one.number}` : `${one.event.phase} ${actionOf(one.event)}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [one]);
    else known.push(one);
  }
  const runs = [...alike.values()].flatMap(evenRuns);
  return runs.sort((a, b) => (a[0]?.number ?? 0) - (b[0]?.number ?? 0));
}

const actions = new WeakMap<Event, string>();

/** Which statement acts, and on which layers: inside a `for each` they differ from turn to turn. */
export function actionOf(event: Event): string {
  const known = actions.get(event);
  if (known !== undefined) return known;
  const action = [event.id, ...event.layers.map(({ layer }) => layer)].join();
  actions.set(event, action);
  return action;
}

function evenRuns(list: readonly Numbered[]): readonly Run[] {
  const runs: Run[] = [];
  let at = 0;
  while (at < list.length) {
    let end = at + 1;
    while (end < list.length && continues(list, at, end)) end++;
    const length = end - at >= shortest ? end - at : 1;
    runs.push(list.slice(at, at + length));
    at += length;
  }
  return runs;
}

function continues(list: readonly Numbered[], start: number, end: number): boolean {
  const usual = distance(list[start], list[start + 1]);
  return Math.abs(usual - distance(list[end - 1], list[end])) <= slack(list[start], usual);
}

/** Steps between two events, or epochs where steps are not known. */
function distance(a: Numbered | undefined, b: Numbered | undefined): number {
  const [start, end] = [a?.event.step ?? null, b?.event.step ?? null];
  return start === null || end === null ? (b?.event.epoch ?? 0) - (a?.event.epoch ?? 0) : end - start;
}

/** Parts of epochs fall on whole steps: their distances differ by one. */
function slack(first: Numbered | undefined, usual: number): number {
  const whole = (first?.event.step ?? null) === null || Number.isInteger(first?.event.epoch);
  return whole || usual < 3 ? 1e-6 : 1;
}

/** "epochs 2 to 98, every epoch", "steps 100 to 700, every 100 steps". */
export function evenly(run: Run): string {
  const [first, last] = [run[0], run.at(-1)];
  const gaps = (of: (one: Numbered | undefined) => number) =>
    [...new Set(run.slice(1).map((one, i) => of(one) - of(run[i])))].sort((a, b) => a - b);
  const epoch = (one: Numbered | undefined) => Number((one?.event.epoch ?? 0).toFixed(2));
  const step = (one: Numbered | undefined) => one?.event.step ?? 0;
  const whole = run.every(({ event }) => Number.isInteger(event.epoch));
  if (whole || (first?.event.step ?? null) === null) {
    const [gap = 0] = gaps(epoch);
    const every = gap === 1 ? "every epoch" : `every ${Number(gap.toFixed(2))} epochs`;
    return `epochs ${grouped(epoch(first))} to ${grouped(epoch(last))}, ${every}`;
  }
  const every = gaps(step).map(grouped).join(" or ");
  return `steps ${grouped(step(first))} to ${grouped(step(last))}, every ${every === "1" ? "step" : `${every} steps`}`;
}
