import type { CheckFacts } from "./facts.js";
import { momentName } from "../../plan/words.js";
import { phaseNumbers } from "./phases.js";
import { actionOf, evenly, runsOf, type Run } from "./runs.js";

export type Event = CheckFacts["events"][number];

/** An event and its number among all, from 1. */
export interface Numbered {
  readonly number: number;
  readonly event: Event;
}

/** Events of one statement that fire in a pattern which one line can say. */
export interface Fold {
  /** "phases 2 to 6", "in every pass". */
  readonly phases: string;
  /** "epochs 2 to 98, every epoch"; nothing between phases. */
  readonly when: string;
  readonly events: readonly Numbered[];
}

export type Item = Numbered | Fold;

/** Fewer passes than these are told one by one. */
const fewestPasses = 3;
/** Runs in one pass of a repeat that folds. */
const longestPass = 24;

/** Every event, those of long regular runs and of the passes of a repeat taken together by statement. */
export function foldEvents(events: readonly Event[]): readonly Item[] {
  const runs = runsOf(events.map((event, i) => ({ number: i + 1, event })));
  const items: Item[] = [];
  let at = 0;
  while (at < runs.length) {
    const [length, passes] = longestRepeat(runs, at);
    const taken = Array.from({ length }, (_, k) =>
      Array.from({ length: passes }, (_, pass) => runs[at + pass * length + k] ?? []),
    );
    for (const copies of taken) items.push(itemOf(copies));
    at += length * passes;
  }
  return items;
}

/** How many runs from here make a pass, and how often it comes. */
function longestRepeat(runs: readonly Run[], at: number): readonly [length: number, passes: number] {
  let best: readonly [number, number] = [1, 1];
  for (let length = 1; length <= longestPass && at + 2 * length <= runs.length; length++) {
    const k = runs.slice(at, at + length).findIndex((run) => phaseOf(run) !== null);
    // How many phases a pass has; none where nothing in it trains.
    const apart = k < 0 ? 0 : (phaseOf(runs[at + length + k]) ?? 0) - (phaseOf(runs[at + k]) ?? 0);
    let end = at + length;
    while (end < runs.length && repeats(runs[end - length], runs[end], apart)) end++;
    const passes = Math.floor((end - at) / length);
    if (passes >= fewestPasses && passes * length > best[0] * best[1]) best = [length, passes];
  }
  return best;
}

/** Whether a run is another at the same moments of a later phase (or, between phases, the same statement again). */
function repeats(a: Run | undefined, b: Run | undefined, apart: number): boolean {
  const [one, other] = [a?.[0]?.event, b?.[0]?.event];
  if (one === undefined || other === undefined || a?.length !== b?.length) return false;
  if (actionOf(one) !== actionOf(other)) return false;
  if (one.phase === null || other.phase === null) return one.phase === other.phase;
  if (apart === 0 || other.phase - one.phase !== apart) return false;
  const ends = (run: Run | undefined) =>
    [run?.[0], run?.at(-1)].map((end) => `${end?.event.epoch} ${end?.event.step}`).join();
  return ends(a) === ends(b);
}

const phaseOf = (run: Run | undefined): number | null => run?.[0]?.event.phase ?? null;

/** One run, or its copies in several passes, as a fold; what is single stays so. */
function itemOf(copies: readonly Run[]): Item {
  const [first] = copies;
  const events = copies.flat();
  const [single] = events;
  if (first === undefined || single === undefined) return { phases: "", when: "", events };
  return events.length === 1 ? single : { phases: phases(copies), when: moment(first), events };
}

function phases(copies: readonly Run[]): string {
  const numbers = copies.flatMap((run) => phaseOf(run) ?? []).map((phase) => phase + 1);
  if (numbers.length === 0) return "in every pass";
  return `${numbers.length === 1 ? "phase" : "phases"} ${phaseNumbers(numbers)}`;
}

/** When a run fires in its phase. */
function moment(run: Run): string {
  const event = run[0]?.event;
  if (event === undefined || event.phase === null) return "";
  return run.length > 1 ? evenly(run) : momentName(event);
}
