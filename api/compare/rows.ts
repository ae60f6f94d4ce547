import type { Report } from "../../runtime/report/types.js";
import type { Outcome } from "./carry-out.js";
import type { ComparePlan, PlannedRun } from "./types.js";

/**
 * What a comparison comes to, in the measures of Blalock, Gonzalez Ortiz, Frankle, Guttag: "What is the state of neural network
 * pruning?", MLSys 2020. Compression is all parameters as loaded over those that are not zero; theoretical speed-up is multiply-adds as
 * loaded over those by weights that are not zero.
 */
export interface RunRow {
  readonly program: string;
  /** Null of a program that runs once. */
  readonly amount: string | null;
  readonly control: boolean;
  readonly seed: number;
  readonly status: "done" | "requirement" | "failed" | "interrupted";
  /** What ended it, where it did not come to its end. */
  readonly message: string | null;
  /** On the test split; null where accuracy has no meaning. */
  readonly accuracy: number | null;
  /** Null where there are no more than five classes, too. */
  readonly top5Accuracy: number | null;
  readonly loss: number | null;
  /** Of the network just before its first cut; null where nothing was cut. */
  readonly denseAccuracy: number | null;
  readonly denseTop5Accuracy: number | null;
  readonly denseLoss: number | null;
  readonly compression: number | null;
  readonly speedup: number | null;
  /** Bytes of the weights as loaded, 32 bits each, over those that Huffman's code takes; null where no weights share their values. */
  readonly coded: number | null;
  readonly params: number | null;
  readonly macs: number | null;
  readonly steps: number | null;
  /** Of training, that of its shared beginnings included. */
  readonly seconds: number | null;
  readonly folder: string;
}

export function runRow({ variant, seed, folder }: PlannedRun, outcome: Outcome): RunRow {
  const { program, amount } = variant;
  const head = { program: program.name, amount, control: program.control === true, seed, folder };
  if (outcome.kind === "done") return { ...head, ...measured(outcome.report) };
  const message = outcome.kind === "failed" ? outcome.text : null;
  return { ...head, ...nothing, status: outcome.kind, message };
}

const nothing = {
  accuracy: null,
  top5Accuracy: null,
  loss: null,
  denseAccuracy: null,
  denseTop5Accuracy: null,
  denseLoss: null,
  compression: null,
  speedup: null,
  coded: null,
  params: null,
  macs: null,
  steps: null,
  seconds: null,
};

function measured({ before, dense, after, stored, history, failed, timing }: Report) {
  const ratio = (whole: number, left: number) => (left > 0 ? whole / left : null);
  return {
    status: failed === null ? ("done" as const) : ("requirement" as const),
    message: failed,
    accuracy: after.accuracy,
    top5Accuracy: after.top5Accuracy ?? null,
    loss: after.loss,
    denseAccuracy: dense?.accuracy ?? null,
    denseTop5Accuracy: dense?.top5Accuracy ?? null,
    denseLoss: dense?.loss ?? null,
    compression: ratio(before.params, after.nonzeroParams),
    speedup: ratio(before.macs, after.nonzeroMacs),
    coded: stored?.layers.some(({ values }) => values !== null)
      ? ratio(before.bytes, stored.all.coded)
      : null,
    params: after.nonzeroParams,
    macs: after.nonzeroMacs,
    steps: history.at(-1)?.step ?? 0,
    seconds: timing.seconds,
  };
}

/** Mean and sample standard deviation over seeds; null where nothing was measured, the deviation also of one seed alone. */
export interface Spread {
  readonly mean: number | null;
  readonly deviation: number | null;
}

/** A program at an amount, over its seeds. */
export interface AmountRow {
  readonly program: string;
  readonly amount: string | null;
  readonly control: boolean;
  /** Runs that came to their end, and all. */
  readonly done: number;
  readonly runs: number;
  readonly accuracy: Spread;
  readonly top5Accuracy: Spread;
  readonly loss: Spread;
  /** Accuracy against that of the `dense` control of the same seed, or else of the network before its first cut. */
  readonly change: Spread;
  /** The same of top-5 accuracy. */
  readonly top5Change: Spread;
  readonly compression: Spread;
  readonly speedup: Spread;
  readonly coded: Spread;
}

export function amountRows(rows: readonly RunRow[]): readonly AmountRow[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.program, row.amount]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const dense = new Map(
    rows.flatMap((one) => (one.control && one.program === "dense" ? [[one.seed, one] as const] : [])),
  );
  return [...groups.values()].map((group): AmountRow => {
    const [first] = group;
    const over = (pick: (row: RunRow) => number | null) => spread(group.map(pick));
    const change = (of: "accuracy" | "top5Accuracy", before: "denseAccuracy" | "denseTop5Accuracy") =>
      over((row) => {
        const [value, beside] = [row[of], dense.get(row.seed)?.[of] ?? row[before]];
        return value === null || beside === null ? null : value - beside;
      });
    return {
      program: first?.program ?? "",
      amount: first?.amount ?? null,
      control: first?.control === true,
      done: group.filter(({ status }) => status === "done").length,
      runs: group.length,
      accuracy: over((row) => row.accuracy),
      top5Accuracy: over((row) => row.top5Accuracy),
      loss: over((row) => row.loss),
      change: change("accuracy", "denseAccuracy"),
      top5Change: change("top5Accuracy", "denseTop5Accuracy"),
      compression: over((row) => row.compression),
      speedup: over((row) => row.speedup),
      coded: over((row) => row.coded),
    };
  });
}

function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((one): one is number => one !== null && Number.isFinite(one));
  if (known.length === 0) return { mean: null, deviation: null };
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
  if (known.length === 1) return { mean, deviation: null };
  const squares = known.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (known.length - 1)) };
}

/** The whole comparison as it is written to `compare.json`. */
export interface Comparison {
  readonly comparison: 1;
  readonly espalier: string;
  readonly command: string | null;
  readonly network: string;
  readonly data: string;
  readonly backend: string;
  readonly machine: Report["timing"]["machine"] | null;
  readonly seeds: readonly number[];
  /** Size and quality of the network as loaded. */
  readonly before: Report["before"] | null;
  readonly programs: readonly {
    readonly name: string;
    readonly control: boolean;
    readonly text: string;
    readonly set: Readonly<Record<string, string>>;
    readonly varied: string | null;
  }[];
  readonly amounts: readonly AmountRow[];
  readonly runs: readonly RunRow[];
  /** Programs, or amounts of them, that did not run at all, with the first of their mistakes. */
  readonly refused: readonly {
    readonly program: string;
    readonly amount: string | null;
    readonly message: string;
  }[];
}

export function comparisonOf(
  plan: ComparePlan,
  outcomes: ReadonlyMap<PlannedRun, Outcome>,
  about: { readonly espalier: string; readonly command: string | null; readonly seeds: readonly number[] },
): Comparison {
  const ended = plan.runs.map((run) => [run, outcomes.get(run) ?? { kind: "interrupted" as const }] as const);
  const runs = ended.map(([run, outcome]) => runRow(run, outcome));
  const reports = ended.flatMap(([, outcome]) => (outcome.kind === "done" ? [outcome.report] : []));
  const [report] = reports;
  const programs = new Map(plan.runs.map(({ variant }) => [variant.program.name, variant.program]));
  return {
    comparison: 1,
    ...about,
    network: report?.network ?? "",
    data: report?.data ?? "",
    backend: report?.backend ?? "",
    machine: report?.timing.machine ?? null,
    before: report?.before ?? null,
    programs: [...programs.values()].map(({ name, control, text, set, amounts }) => ({
      name,
      control: control === true,
      text,
      set,
      varied: amounts?.param ?? null,
    })),
    amounts: amountRows(runs),
    runs,
    refused: plan.refused.map(({ name, amount, diagnostics }) => ({
      program: name,
      amount,
      message: (diagnostics.find(({ severity }) => severity === "error") ?? diagnostics[0])?.message ?? "",
    })),
  };
}

/** A line a run: for spreadsheets and plots of one's own. */
export function csvOf({ runs }: Comparison): string {
  const titles = [
    "program",
    "amount",
    "control",
    "seed",
    "status",
    "accuracy",
    "top5Accuracy",
    "loss",
    "denseAccuracy",
    "denseTop5Accuracy",
    "denseLoss",
    "compression",
    "speedup",
    "coded",
    "params",
    "macs",
    "steps",
    "seconds",
    "folder",
    "message",
  ] as const satisfies readonly (keyof RunRow)[];
  const lines = runs.map((run) => titles.map((title) => cell(run[title])).join(","));
  return `${[titles.join(","), ...lines].join("\n")}\n`;
}

/** Quoted where it must be; a text that a spreadsheet would work out is none. */
function cell(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+@\-\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
