import type { CompileResult } from "../../compiler/compile.js";
import { eventLines, shownEvents } from "../../compiler/render/check/events.js";
import { checkFacts } from "../../compiler/render/check/facts.js";
import { phaseLines } from "../../compiler/render/check/phases.js";
import type { Terminal } from "../terminal.js";

/** The trainings and events that statements would bring: of a whole program those from an id on. */
export function planLines(
  { result, from }: { readonly result: CompileResult; readonly from: number },
  { columns }: Terminal,
): string[] {
  const all = checkFacts(result, undefined);
  const numbers = all.phases.flatMap(({ id }, i) => (id >= from ? [i] : []));
  const facts = {
    ...all,
    phases: numbers.flatMap((i) => all.phases[i] ?? []),
    events: all.events
      .filter(({ id }) => id >= from)
      .map((event) => ({ ...event, phase: event.phase === null ? null : numbers.indexOf(event.phase) })),
  };
  return [...phaseLines(facts, columns), ...eventLines(shownEvents(facts, false), facts, columns)];
}
