import type { IrSpans } from "../../core/ir/spans.js";
import type { PlanIr, PlannedEvent } from "../../core/ir/types.js";

/** Comment lines about statements that the IR does not hold: the call they come from, what the plan foresees. */
export interface Notes {
  /** Above the statement's own text: "# han(target: 90%)" where a method's statements begin. */
  before(id: number): readonly string[];
  /** Below it. */
  of(id: number): readonly string[];
}

export const noNotes: Notes = { before: () => [], of: () => [] };

/** Notes for the emitted loop: the call that a method's statements come from, and what the plan foresees for each. */
export function foresee(
  spans: IrSpans,
  plan: PlanIr | null,
  texts: ReadonlyMap<string, string>,
  main: string,
): Notes {
  const before = new Map<number, string[]>();
  let last = "";
  for (const [id, { calls }] of spans) {
    const key = JSON.stringify(calls);
    if (key !== last) {
      const lines = calls.map(({ method, span, file = main }) => {
        const text = texts.get(file)?.slice(span.start, span.end);
        return `${text ?? `${method}(…)`}:`;
      });
      if (lines.length > 0) before.set(id, lines.reverse());
    }
    last = key;
  }
  const events = new Map<number, PlannedEvent[]>();
  for (const event of plan?.events ?? []) {
    const list = events.get(event.id) ?? [];
    list.push(event);
    events.set(event.id, list);
  }
  return {
    before: (id) => before.get(id) ?? [],
    of: (id) => {
      const list = events.get(id);
      return list === undefined ? [] : foreseen(list);
    },
  };
}

/** "epochs 2, 4, 6 … 20; 56 of 112 dead after the first, 111 after the last". */
function foreseen(events: readonly PlannedEvent[]): string[] {
  const parts: string[] = [];
  const epochs = events.map(({ epoch }) => epoch);
  const steps = events.map(({ step }) => step);
  if (epochs.every(isWhole))
    parts.push(series(events.length === 1 ? "end of epoch" : "ends of epochs", epochs));
  else if (steps.every(isWhole)) parts.push(series(events.length === 1 ? "step" : "steps", steps));
  const [first] = events;
  const last = events.at(-1);
  // Of what hangs on scores, a comment says nothing.
  if (typeof first?.dead === "number" && typeof last?.dead === "number" && first.total !== null) {
    const one = `${first.dead} of ${first.total} dead`;
    parts.push(events.length === 1 ? one : `${one} after the first, ${last.dead} after the last`);
  }
  return parts.length === 0 ? [] : [parts.join("; ")];
}

const isWhole = (value: number | null): value is number =>
  value !== null && Number.isInteger(value) && value > 0;

function series(name: string, values: readonly number[]): string {
  const shown =
    values.length <= 5 ? values.join(", ") : `${values.slice(0, 3).join(", ")} … ${values.at(-1)}`;
  return `${name} ${shown}`;
}
