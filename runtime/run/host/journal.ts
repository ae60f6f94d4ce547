import { raise } from "../../../core/diagnostics/create.js";
import type { Json } from "../../../core/network/types.js";
import { saveCheckpoint } from "../../checkpoint/save.js";
import type { Session } from "./session.js";

/** Where a run stands. Counts, never wall-clock time: time does not influence results. */
export interface Clock {
  /** Updates made since the run began, over all phases. */
  step: number;
  /** Passes over the training data begun, over all phases; names the shuffle of a pass. */
  pass: number;
  /** Epochs done, over all phases; fractional after a phase that ended within one. */
  epoch: number;
}

export const newClock = (): Clock => ({ step: 0, pass: 0, epoch: 0 });

/** Seconds since an origin that survives resuming: for reports and progress alone. */
export class Stopwatch {
  readonly #before: number;
  readonly #started = performance.now();
  constructor(before = 0) {
    this.#before = before;
  }
  seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000;
  }
}

/**
 * Which steps of the program are done. A resumed program runs from the top again: every step takes the next number, and
 * one that was done before returns at once with what it gave then. Rules inside a phase have no numbers: a phase continues by
 * its own counters.
 */
export class Journal {
  readonly #results: Json[];
  #next: number;

  /** `next`: how many of the steps are behind already, for a program that goes on rather than runs again. */
  constructor(results: readonly Json[] = [], next = 0) {
    this.#results = [...results];
    this.#next = next;
  }

  /** Takes the next number. `done` holds the result of an earlier process, wrapped so that `null` is a result too. */
  begin(): { readonly number: number; readonly done: { readonly result: Json } | null } {
    const number = this.#next++;
    const result = this.#results[number];
    return { number, done: result === undefined ? null : { result } };
  }

  /** Notes the step begun last as done. */
  complete(result: Json = null): void {
    if (this.#results.length !== this.#next - 1) throw new Error("a step ended that had not begun");
    this.#results.push(result);
  }

  /** The number that the next step takes. */
  get position(): number {
    return this.#next;
  }

  /** Forgets all that was done from this number on: it will be done again, or something else in its place. */
  backTo(position: number): void {
    this.#results.length = position;
    this.#next = position;
  }

  /** Whether the steps of an earlier process are all behind. */
  get live(): boolean {
    return this.#next > this.#results.length;
  }

  get results(): readonly Json[] {
    return this.#results;
  }
}

/**
 * Called at moments a run can be resumed from, and at no others: writes a checkpoint when one is due, and ends the run when
 * it was asked to end. Steps compute without a pause of their own: unless the process gets its turn here, it hears no ctrl-c.
 */
export async function pause(session: Session): Promise<void> {
  const { options, lastCheckpoint, stopwatch, clock } = session;
  await session.host.turn();
  if (options.signal?.aborted || isToBeLeft(session)) session.interrupted = true;
  const { every } = options;
  const due =
    every.unit === "seconds"
      ? stopwatch.seconds() - lastCheckpoint.seconds >= every.value
      : clock.step - lastCheckpoint.step >= every.value;
  if (session.store && (session.checkpointWanted || due || session.interrupted))
    await saveCheckpoint(session);
  const stopped = session.stopped && session.phase === null;
  if (!session.interrupted && !stopped) return;
  leave(session);
}

/** Whether the run stands at the place that its options name. */
export function isToBeLeft({ options: { leaveAt }, journal, phase, resumes }: Session): boolean {
  const progress = phase?.progress ?? resumes;
  return (
    leaveAt !== null &&
    journal.results.length === leaveAt.statements &&
    (progress?.step ?? 0) === leaveAt.step
  );
}

/** Ends a run that can be gone on with. @throws DiagnosticError P7009 */
export function leave({ lock, options, host }: Pick<Session, "lock" | "options" | "host">): never {
  lock?.release();
  raise("P7009", "the run was interrupted", {
    help: options.out === null ? "give it an output directory to be able to resume" : host.howToResume,
  });
}
