import type { EventRecord } from "../pruning/record.js";
import type { HistoryPoint, NetworkFacts, ReportEvent } from "../report/types.js";

/** What a run remembers for its report. Plain JSON, part of every checkpoint; no results depend on it. */
export interface RunRecord {
  /** The network as loaded. */
  before: NetworkFacts | null;
  readonly events: ReportEvent[];
  readonly history: HistoryPoint[];
  /** Once each. */
  readonly notes: string[];
  /** What was asked and what died last, by structure and layers. */
  amounts: readonly RecordedAmount[];
}

export interface RecordedAmount {
  readonly structure: string;
  /** Paths of the layers in scope, as loaded. */
  readonly layers: readonly string[];
  readonly total: number;
  /** Null for thresholds, budgets and patterns: they name no number. */
  readonly nominal: number | null;
  /** Dead after the last event. */
  readonly achieved: number;
}

export const newRecord = (): RunRecord => ({ before: null, events: [], history: [], notes: [], amounts: [] });

export function note(record: RunRecord, text: string): void {
  if (!record.notes.includes(text)) record.notes.push(text);
}

/** A later event over the same layers replaces an earlier one. */
export function noteAmount(record: RunRecord, event: EventRecord, nominal: number | null): void {
  const { structure, total, dead } = event;
  const layers = event.layers.map(({ layer }) => layer);
  const same = (one: RecordedAmount): boolean =>
    one.structure === structure && one.layers.join("\n") === layers.join("\n");
  const others = record.amounts.filter((one) => !same(one));
  record.amounts = [...others, { structure, layers, total, nominal, achieved: dead }];
}
