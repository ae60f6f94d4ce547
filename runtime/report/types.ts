import type { LatencyTable } from "../../core/latency/table.js";
import type { StoredNetwork } from "../../core/quantize/stored.js";

/**
 * What `report.json` holds. Everything but `timing`, `latency` and the latencies depends on program, network, data, seed and backend
 * alone. Words as in docs/language.md section 11.
 */
export interface Report {
  readonly report: 1;
  readonly espalier: string;
  readonly source: {
    readonly name: string;
    readonly program: string;
    readonly statements: Readonly<Record<number, string>>;
    /** The program as written; null of a loop that ran without it. */
    readonly text: string | null;
    /** Its `param`s as they were: the default, or what `--set` gave. */
    readonly parameters: Readonly<Record<string, string>>;
  };
  readonly network: string;
  readonly data: string;
  readonly seed: number;
  readonly backend: string;
  /** The multiple that `aligned to auto` stood for; null where nothing said it. */
  readonly aligned: number | null;
  /** The requirement at which the run ended, and what was measured instead; null when it came to its end. */
  readonly failed: string | null;
  readonly before: NetworkFacts;
  /** The network just before its first cut; null where nothing was cut. */
  readonly dense: DenseFacts | null;
  readonly after: NetworkFacts;
  /** Side by side, in this order: what was asked, what died, what follows, what the file holds. */
  readonly amounts: readonly AmountRow[];
  readonly layers: readonly LayerRow[];
  /** What the weights take in other forms than the file's. Unset where no single weight is dead and none share their values. */
  readonly stored?: StoredNetwork;
  readonly history: readonly HistoryPoint[];
  readonly events: readonly ReportEvent[];
  readonly notes: readonly string[];
  /** What `latency` went by, where the program asked for it. */
  readonly latency?: LatencyFacts;
  /** Unset where the program has none. */
  readonly searches?: readonly SearchRow[];
  readonly timing: {
    /** As it was typed; null when a program of another host ran it. */
    readonly command: string | null;
    readonly machine: {
      readonly cpu: string;
      readonly cores: number;
      /** Null in a page. */
      readonly node: string | null;
      /** As it calls itself, in a page. */
      readonly browser?: string;
      readonly tfjs: string;
    };
    readonly startedAt: string;
    readonly seconds: number;
    readonly stepsPerSecond: number | null;
    /** Where the network was measured to be slower than before, or slower or faster than foreseen, and why, one sentence each. */
    readonly slower: readonly string[];
  };
}

/** Milliseconds of a prediction: by the times of layers that budgets and conditions went by, and as measured in the end. */
export interface LatencyFacts {
  /** `--latency-table` takes it, or the whole report. */
  readonly table: LatencyTable;
  /** Of the network as loaded, and of the one that is left with dead units gone. */
  readonly predicted: { readonly before: number; readonly after: number };
  /** Medians, timed in turns; `after` is of the network as its file holds it. Null where nothing was timed. */
  readonly measured: { readonly before: number; readonly after: number } | null;
}

/** A `search`: its trials in the order they were made. */
export interface SearchRow {
  /** Statement id. */
  readonly id: number;
  readonly variable: string;
  readonly trials: readonly TrialRow[];
  /** Number of the best trial, from 1; null while there is none. */
  readonly best: number | null;
}

export interface TrialRow {
  /** What was chosen: one value, or one for each layer or layers that share their units. Shares are of 1. */
  readonly values: number | Readonly<Record<string, number>>;
  /** What the search makes large; null where the trial ended over a limit. */
  readonly result: number | null;
  /** What was measured. */
  readonly text: string;
  /** What the agent proposed was over a limit: it was moved to the nearest values that are not. */
  readonly repaired?: boolean;
}

export interface NetworkFacts {
  /** Of dense tensors, with dead units gone. */
  readonly params: number;
  readonly macs: number;
  /** Without single dead weights. */
  readonly nonzeroParams: number;
  readonly nonzeroMacs: number;
  /** The file of weights as it is written, and through gzip at level 6. */
  readonly bytes: number;
  readonly gzipped: number;
  /** On the test split; null where accuracy has no meaning or there is no test split. */
  readonly accuracy: number | null;
  /** Share of the examples whose class is among the five highest outputs; unset where there are no more than five classes. */
  readonly top5Accuracy?: number;
  readonly loss: number | null;
  /** Metrics in JavaScript on the test split, by name. Unset: none were measured. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Median milliseconds of one example and of a batch of 32, measured on this machine; null when not measured. */
  readonly latency: Timed | null;
}

export interface Timed {
  readonly single: number;
  readonly batch: number;
  /** The middle half of the times: lower and upper quartile. */
  readonly spread?: {
    readonly single: readonly [number, number];
    readonly batch: readonly [number, number];
  };
}

export interface DenseFacts extends Pick<NetworkFacts, "accuracy" | "top5Accuracy" | "loss" | "metrics"> {
  /** When the first cut came. */
  readonly step: number;
  readonly epoch: number;
}

/** One structure that a program pruned. Shares are of the network as loaded. */
export interface AmountRow {
  readonly structure: string;
  readonly total: number;
  /** What the statements asked to be dead in the end; null for thresholds. */
  readonly nominal: number | null;
  /** Where budgets asked, each with what it came to: "macs ≤ 40 %: 39.9 %". */
  readonly budget?: readonly string[];
  readonly achieved: number;
  /** Dead once consequences are followed. */
  readonly effective: number;
  /** Gone from the saved file. */
  readonly physical: number;
}

export interface LayerRow {
  readonly layer: string;
  readonly className: string;
  /** Living output channels or units, dense parameters and MACs, before and after. */
  readonly channels: readonly [number, number];
  readonly params: readonly [number, number];
  readonly macs: readonly [number, number];
  /** Share of the kernel weights between living channels that live, after. */
  readonly density: number;
  /** Which of its output channels as loaded are gone, counted from 0: "0-3,7"; "" for none. */
  readonly gone: string;
  /** Which of them held nothing but zeros in the file. */
  readonly empty: string;
}

/** One point in time: the end of an epoch, or an event that changed the network. */
export interface HistoryPoint {
  /** Training steps done since the run began. */
  readonly step: number;
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
  /** Unset where there are no more than five classes. */
  readonly testTop5Accuracy?: number;
  /** Metrics in JavaScript on the test split, by name. Unset: none were measured. */
  readonly testMetrics?: Readonly<Record<string, number>>;
  /** Share of all kernel weights that are dead (masked or removed). */
  readonly sparsity: number;
  /** As of `NetworkFacts`. */
  readonly params: number;
  readonly macs: number;
  readonly nonzeroParams: number;
  readonly nonzeroMacs: number;
  readonly rate: number | null;
}

export interface ReportEvent {
  /** Statement id. */
  readonly id: number;
  readonly step: number;
  readonly epoch: number;
  readonly kind: string;
  /** One sentence: "dropped 16 of 64 filters, regrew 8". */
  readonly text: string;
  /** In a loop, its pass from 1. */
  readonly pass?: number;
}
