import { settleShared } from "../../../core/quantize/shared.js";
import type { Json } from "../../../core/network/types.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { raise } from "../../../core/diagnostics/create.js";
import { pause } from "../host/journal.js";
import type { Session } from "../host/session.js";
import { logEvent, logNote } from "../report/log.js";
import { watchEvent } from "../../watch/watch.js";
import { refitFirst } from "./rehearsal.js";
import { sizeNow } from "../report/sizes.js";

/** A statement that acts at one moment. */
export interface Step<A extends readonly unknown[]> {
  /** Its word in the log. */
  readonly kind: string;
  /** Whether it changes the network. */
  readonly changes: boolean;
  act(session: Session, id: number, ...args: A): Promise<Told> | Told;
}

/** What a step says of itself: a sentence for the log, without a stop, and remarks behind it; null where it has said all. */
export type Told = string | { readonly text: string; readonly notes: readonly string[] } | null;

/** What changes neither masks nor structure: left out where a search only looks how large a proposal leaves the network. */
const looksOn: ReadonlySet<string> = new Set(["evaluate", "require", "save", "recalibrate", "quantize"]);

/** A statement as loops call it. */
export function step<A extends readonly unknown[]>(session: Session, { kind, changes, act }: Step<A>) {
  return async (id: number, ...args: A): Promise<void> => {
    let text: string | null = null;
    const carryOut = async (): Promise<null> => {
      if (session.rehearsal !== null && looksOn.has(kind)) return null;
      const told = await act(session, id, ...args);
      if (told === null || session.rehearsal !== null) return null;
      const { notes } = typeof told === "string" ? { notes: [] } : told;
      text = typeof told === "string" ? told : told.text;
      logEvent(session, kind, id, text);
      for (const note of notes) logNote(session, note);
      return null;
    };
    const after = async (): Promise<void> => {
      if (text !== null) await watchEvent(session, { id, kind, text });
    };
    await once(session, { id, changes, act: carryOut, after, isResult: (value) => value === null });
  };
}

interface Once<T extends Json> {
  /** Of the statement. */
  readonly id: number;
  readonly changes: boolean;
  act(): Promise<T> | T;
  /** What is done when the network stands as the act left it. */
  after?(): Promise<void>;
  /** Whether what a journal holds is a result of this. */
  isResult(value: Json): value is T;
}

/**
 * Runs a step of the program. Outside phases it is journaled: done by an earlier process, it gives that result at
 * once; else it acts, is noted as done, and a checkpoint follows when the step changed the network. Inside a
 * phase it is the act of a rule, which the counters of the phase account for.
 */
export function once<T extends Json>(
  session: Session,
  { id, changes, act, after, isResult }: Once<T>,
): Promise<T> {
  return atStatement(id, async () => {
    const { journal } = session;
    const isRule = session.phase !== null;
    const done = isRule ? null : journal.begin().done;
    if (done && isResult(done.result)) return done.result;
    if (done)
      raise("P7003", "the checkpoint's journal does not fit the program", {
        help: "begin anew with `--restart`",
      });
    await refitFirst(session);
    const result = await act();
    if (changes && session.rehearsal !== null) session.rehearsal.untouched = false;
    if (!isRule) journal.complete(result);
    if (changes) changed(session);
    await after?.();
    if (isRule || session.rehearsal !== null) return result;
    session.checkpointWanted ||= changes;
    await pause(session);
    return result;
  });
}

/** The history shows how large the network is after every event; the end of an epoch notes it anyway. */
export function changed(session: Session): void {
  settleShared(session);
  session.executor.upload();
  session.evaluated = [];
  const { phase, record } = session;
  // Epochs before are of another network: none of them is gone back to.
  if (phase) phase.progress.best = null;
  if (phase && phase.progress.inEpoch === phase.times.stepsPerEpoch) return;
  record.history.push({
    ...sizeNow(session),
    trainLoss: null,
    trainAccuracy: null,
    testLoss: null,
    testAccuracy: null,
    rate: null,
  });
}

/** Does a part of the statement `id`: a diagnostic that ends it says so. */
export async function atStatement<T>(id: number, act: () => Promise<T> | T): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw failedAt(id, cause);
  }
}

/** The values of a loop that belongs to the statement `id`; what the body of the loop throws is not of it. */
export async function* eachAtStatement<T>(id: number, values: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* values;
  } catch (cause) {
    throw failedAt(id, cause);
  }
}

/** What was thrown, with the statement under way on its diagnostics; one that is there already is the innermost. */
export function failedAt(id: number, cause: unknown): unknown {
  if (!(cause instanceof DiagnosticError)) return cause;
  return cause.map((one) => ({ statement: id, ...one }));
}
