import type { Session } from "../runtime/run/host/session.js";

/** What a step of training does, as far as its parts are called by name; the gates, and what else there is, are the rest. */
const named = [
  "forward and backward",
  "the teacher",
  "sums over training",
  "penalties and restricted updates",
  "the optimizer",
] as const;
type Named = (typeof named)[number];
export type StepPart = Named | "the gates" | "the rest";

/** Milliseconds by part. */
export type Spent = ReadonlyMap<StepPart, number>;

const noTime = (): Map<Named, number> => new Map(named.map((part) => [part, 0]));
let spent = noTime();
const clocked = new WeakSet();

/** Has the functions of these names tell how long they took, those that are called inside of each other once. */
function clock(owner: object | null, part: Named, ...names: readonly string[]): void {
  if (owner === null || clocked.has(owner)) return;
  for (const name of names) {
    const call: unknown = Reflect.get(owner, name);
    if (typeof call !== "function") throw new Error(`there is no \`${name}\` to be timed`);
    Reflect.set(owner, name, (...given: unknown[]): unknown => {
      const started = performance.now();
      try {
        return Reflect.apply(call, owner, given);
      } finally {
        spent.set(part, (spent.get(part) ?? 0) + performance.now() - started);
      }
    });
  }
}

/** Times what the next step of a run calls, wherever that is new. */
export function watchParts({ executor, phase }: Session): void {
  if (phase === null) throw new Error("no phase is under way");
  clock(executor, "forward and backward", "trainStep");
  clock(phase.teacher, "the teacher", "lesson");
  clock(phase.training, "sums over training", "add");
  clock(phase.along, "penalties and restricted updates", "pulls", "watch", "beforeUpdate", "endStep");
  clock(phase.optimizer, "the optimizer", "update");
  for (const owner of [executor, phase.teacher, phase.training, phase.along, phase.optimizer])
    if (owner !== null) clocked.add(owner);
  spent = noTime();
}

/** What the parts of a step took that took `all`, since it was watched. */
export function takeParts({ phase }: Session, all: number): Spent {
  const rest = all - [...spent.values()].reduce((sum, one) => sum + one, 0);
  const gated = (phase?.along.learned.length ?? 0) > 0;
  return new Map<StepPart, number>([...spent, [gated ? "the gates" : "the rest", rest]]);
}
