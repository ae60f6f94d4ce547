import { noteOf, type Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import type { PruneIr, StructureIr } from "../../../core/ir/types.js";
import { counted, grouped } from "../../../core/ir/words.js";
import type { DenseFacts, HistoryPoint, NetworkFacts, ReportEvent, SearchRow } from "../../report/types.js";
import type { SizeName } from "../../../core/ir/sizes.js";
import { watched } from "../../watch/view.js";
import type { Session } from "../host/session.js";

export { counted, grouped };

/** What a run tells while it runs: plain objects for whoever renders them. Seconds appear here and in the report's timing only. */
export type ProgressEvent =
  | {
      readonly kind: "step";
      /** Statement id of the phase. */
      readonly id: number;
      /** Steps done of the phase's. */
      readonly step: number;
      readonly steps: number;
      /** Epoch under way, from 1, of the phase's. */
      readonly epoch: number;
      readonly epochs: number;
      readonly loss: number;
      /** Mean over the epoch so far; null where accuracy has no meaning. */
      readonly accuracy: number | null;
      readonly rate: number;
      readonly seconds: number;
    }
  | {
      readonly kind: "epoch";
      readonly id: number;
      readonly epoch: number;
      readonly epochs: number;
      readonly loss: number | null;
      readonly accuracy: number | null;
      readonly testLoss: number | null;
      readonly testAccuracy: number | null;
      /** Unset where there are no more than five classes. */
      readonly testTop5Accuracy?: number;
      /** Metrics in JavaScript on the test split, by name. */
      readonly testMetrics?: Readonly<Record<string, number>>;
      readonly seconds: number;
    }
  | {
      /** Anything the event log holds: "prune", "slim", "evaluate", "rewind"… */
      readonly kind: "event";
      readonly event: string;
      readonly id: number;
      readonly step: number;
      readonly epoch: number;
      readonly text: string;
    }
  | {
      readonly kind: "phase";
      readonly id: number;
      readonly text: string;
      readonly steps: number;
      readonly epochs: number;
    }
  | { readonly kind: "checkpoint"; readonly step: number }
  | { readonly kind: "resumed"; readonly step: number; readonly epoch: number }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "done"; readonly out: string | null };

export type OnProgress = (event: ProgressEvent) => void;

/** What a run remembers for its report. Plain JSON, part of every checkpoint; no results depend on it. */
export interface RunRecord {
  /** The network as loaded. */
  before: NetworkFacts | null;
  /** The network just before its first cut; null before any. */
  dense: DenseFacts | null;
  readonly events: ReportEvent[];
  readonly history: HistoryPoint[];
  /** Once each. */
  readonly notes: string[];
  /** Rules, by statement id: whether they acted in some phase so far. */
  rules: readonly (readonly [number, boolean])[];
  /** Units, by root, that held nothing in the file. */
  idle: readonly number[];
  /** What was asked last, by structure and layers. */
  amounts: readonly RecordedAmount[];
  searches: readonly SearchRow[];
}

/** What a statement was about, so that its dead can be counted whenever the report is written. */
export interface RecordedAmount {
  readonly structure: StructureIr;
  readonly joins: PruneIr["joins"];
  /** Paths of the layers in scope, as loaded. */
  readonly layers: readonly string[];
  /** Whether they were named: some layers are candidates only then. */
  readonly named: boolean;
  /** Null for thresholds, budgets and masks from a file: they name no number. */
  readonly nominal: number | null;
  /** Limits that were asked for instead; relative ones are shares of the network as loaded. */
  readonly budget?: readonly {
    readonly measure: SizeName;
    readonly relative: boolean;
    readonly value: number;
  }[];
}

export const newRecord = (): RunRecord => ({
  before: null,
  dense: null,
  events: [],
  history: [],
  notes: [],
  rules: [],
  idle: [],
  amounts: [],
  searches: [],
});

/** A later event over the same layers replaces an earlier one. */
export function noteAmount(record: RunRecord, amount: RecordedAmount): void {
  const of = ({ structure, layers }: RecordedAmount): string => JSON.stringify([structure, layers]);
  record.amounts = [...record.amounts.filter((one) => of(one) !== of(amount)), amount];
}

/** Tells the host and, unless it is about progress alone, remembers it for the report. */
export function tell(session: Session, event: ProgressEvent): void {
  if (event.kind === "checkpoint") for (const watcher of session.watchers) watcher.onCheckpoint?.(event.step);
  session.options.onProgress(event);
}

/** An entry of the event log: `text` is one sentence without a stop. */
export function logEvent(session: Session, kind: string, id: number, text: string): void {
  if (session.rehearsal !== null) return;
  const { step, epoch } = session.clock;
  const pass = session.repeats.at(-1)?.pass;
  const event: ReportEvent = { id, step, epoch, kind, text, ...(pass !== undefined && { pass }) };
  session.record.events.push(event);
  for (const watcher of session.watchers) watcher.onEntry?.(event, watched(session));
  tell(session, { kind: "event", event: kind, id, step, epoch, text });
}

/** A remark the user should read, once. */
export function logNote(session: Session, text: string): void {
  if (session.rehearsal !== null || session.record.notes.includes(text)) return;
  session.record.notes.push(text);
  for (const watcher of session.watchers) watcher.onNote?.(text);
  tell(session, { kind: "note", text });
}

/** A warning as a remark, with the code under which `explain` tells more. */
export const logDiagnostic = (session: Session, one: Diagnostic): void => logNote(session, noteOf(one));

/** A count of units by the name of their structure: "16 filters", "1 neuron", "736 weights by 2:4". */
export function countedUnits(n: number, structure: string): string {
  const ofWeights = structure.includes(":") && !structure.startsWith("blocks");
  if (ofWeights) return `${counted(n, "weights")} by ${structure}`;
  return counted(n, structure);
}
