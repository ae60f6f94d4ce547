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
