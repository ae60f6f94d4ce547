import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import type { ReportEvent } from "../../report/types.js";
import type { ProgressEvent } from "./progress.js";
import { note } from "./run-record.js";
import type { Session } from "../host/session.js";

/** Tells the host and, unless it is about progress alone, remembers it for the report. */
export function tell(session: Session, event: ProgressEvent): void {
  session.options.onProgress(event);
}

/** An entry of the event log: `text` is one sentence without a stop. */
export function logEvent(session: Session, kind: string, id: number, text: string): void {
  const { step, epoch } = session.clock;
  const event: ReportEvent = { id, step, epoch, kind, text };
  session.record.events.push(event);
  tell(session, { kind: "event", event: kind, id, step, epoch, text });
}

/** A remark the user should read, once. */
export function logNote(session: Session, text: string): void {
  if (session.record.notes.includes(text)) return;
  note(session.record, text);
  tell(session, { kind: "note", text });
}

/** A warning as a remark, with the code under which `explain` tells more. */
export function logDiagnostic(session: Session, { code, message }: Diagnostic): void {
  logNote(session, `${message} (${code})`);
}
