import type { PruneIr, StructureIr } from "../../../core/ir/types.js";
import type { HistoryPoint, NetworkFacts, ReportEvent } from "../../report/types.js";

/** What a run remembers for its report. Plain JSON, part of every checkpoint; no results depend on it. */
export interface RunRecord {
  /** The network as loaded. */
  before: NetworkFacts | null;
  readonly events: ReportEvent[];
  readonly history: HistoryPoint[];
  /** Once each. */
  readonly notes: string[];
  /** What was asked last, by structure and layers. */
  amounts: readonly RecordedAmount[];
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
}

export const newRecord = (): RunRecord => ({ before: null, events: [], history: [], notes: [], amounts: [] });

export function note(record: RunRecord, text: string): void {
  if (!record.notes.includes(text)) record.notes.push(text);
}

/** A later event over the same layers replaces an earlier one. */
export function noteAmount(record: RunRecord, amount: RecordedAmount): void {
  const of = ({ structure, layers }: RecordedAmount): string => JSON.stringify([structure, layers]);
  record.amounts = [...record.amounts.filter((one) => of(one) !== of(amount)), amount];
}
