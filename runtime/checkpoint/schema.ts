import { sizeNames } from "../../core/ir/sizes.js";
import { definitions, joins, structure } from "../../core/ir/clauses.js";
import * as is from "../../core/ir/declare.js";
import { latencyTable } from "../../core/latency/table.js";
import { optimizer, rate } from "../../core/ir/types.js";
import type { Json } from "../../core/network/types.js";

/** What the JSON of a checkpoint must look like before any of it is used. */

const count = is.integer(0);
const json: is.Schema<Json> = {};
const measured = is.maybe(is.number);

/** Metrics in JavaScript, by name. */
const metrics = is.record(is.number);
const top5 = is.optional(is.number);

const times = is.open({ epochs: is.number, stepsPerEpoch: { ...is.number, exclusiveMinimum: 0 } });
const position = is.open({ rate, phase: times, step: count });
const optimizerState = is.open({
  optimizer: is.maybe(optimizer),
  updates: count,
  rate: is.maybe(position),
  continues: is.maybe(position),
  first: is.maybe(is.open({ optimizer, rate: position })),
  batch: is.maybe(count),
});
const progress = is.open({
  number: count,
  teacher: is.maybe(is.text),
  chosen: is.open({ optimizer, rate: position, keepsState: is.flag }),
  epochBefore: is.number,
  updatesBefore: count,
  step: count,
  epoch: is.integer(1),
  inEpoch: count,
  best: is.maybe(is.open({ epoch: count, value: is.number })),
  stopped: is.flag,
  fired: is.record(count),
  sums: is.open({ loss: is.number, correct: measured, counted: is.number, rows: count }),
});
const row = is.open({
  step: count,
  epoch: is.number,
  trainLoss: measured,
  trainAccuracy: measured,
  testLoss: measured,
  testAccuracy: measured,
  testTop5Accuracy: top5,
  testMetrics: is.optional(metrics),
  sparsity: is.number,
  params: count,
  macs: is.number,
  nonzeroParams: count,
  nonzeroMacs: is.number,
  rate: measured,
});
const amount = is.open({
  structure,
  joins,
  layers: is.list(is.text),
  named: is.flag,
  nominal: measured,
  budget: is.optional(
    is.list(is.open({ measure: is.oneOf(...sizeNames), relative: is.flag, value: is.number })),
  ),
});
/** Sizes and measures of a network in a report. */
export const facts = is.open({
  params: count,
  macs: is.number,
  nonzeroParams: count,
  nonzeroMacs: is.number,
  bytes: count,
  gzipped: count,
  accuracy: measured,
  top5Accuracy: top5,
  loss: measured,
  metrics: is.optional(metrics),
  latency: is.maybe(is.open({ single: is.number, batch: is.number })),
});

const evaluated = is.open({ accuracy: measured, top5Accuracy: top5, loss: measured });
const baselines = is.open({ start: is.maybe(evaluated), dense: is.maybe(evaluated), best: evaluated });
const dense = is.maybe(
  is.open({
    step: count,
    epoch: is.number,
    accuracy: measured,
    top5Accuracy: top5,
    loss: measured,
    metrics: is.optional(metrics),
  }),
);
/** Learned gates, but for their parameters, which are tensors. */
const gates = is.list(
  is.open({
    id: is.integer(1),
    name: is.text,
    own: is.optional(is.literal(true)),
    structure,
    layers: is.list(is.text),
    named: is.flag,
    args: is.named(is.number),
    share: { ...is.number, minimum: 0, maximum: 1 },
    settled: is.flag,
  }),
);
/** Of one that some phase learns from, how often the network had been slimmed when it was kept. */
const teacher = is.optional(is.open({ slims: count }));
const snapshots = is.list(is.open({ name: is.text, optimizer: optimizerState, gates, teacher }));
/** What a pass of a loop began with. */
const lastGood = is.open({
  id: count,
  optimizer: optimizerState,
  gates,
  snapshots,
  slims: count,
  collapses: is.flag,
  keepsMomentum: is.flag,
  phases: is.list(count),
  baselines,
  dense,
  amounts: is.list(amount),
});

const trialRow = is.open({
  values: is.anyOf(is.number, is.record(is.number)),
  result: measured,
  text: is.text,
  repaired: is.optional(is.flag),
});
const searching = is.open({
  id: count,
  base: count,
  clock: is.open({ step: count, pass: count, epoch: is.number }),
  history: count,
  events: count,
  row: count,
  groups: is.maybe(is.list(is.list(is.text))),
  cheap: measured,
  trials: is.list(is.open({ point: is.list(is.number), result: measured })),
});

/** What a run is of; a checkpoint of anything else is refused. */
export type Identity = is.Of<typeof identity>;
const identity = is.open({
  program: is.text,
  network: is.text,
  data: is.text,
  seed: is.number,
  batch: count,
  epochs: measured,
});

/** The JSON of a checkpoint. */
export type CheckpointState = is.Of<typeof checkpointState>;
const checkpointState = is.open({
  identity,
  /** Of the losses and metrics in JavaScript, by name: what tells their texts from others. */
  functions: is.record(is.text),
  clock: is.open({ step: count, pass: count, epoch: is.number }),
  journal: is.list(json),
  optimizer: optimizerState,
  phase: is.maybe(progress),
  phases: is.list(is.pair(count, times)),
  snapshots,
  /** Of loops whose pass may be undone, the outermost first. */
  loops: is.list(lastGood),
  keepsLast: is.flag,
  gates,
  slims: count,
  collapses: is.flag,
  keepsMomentum: is.flag,
  aligned: is.maybe(is.integer(1)),
  /** Times of layers that the run goes by, once some statement has asked for them. */
  latencyTable: is.optional(latencyTable),
  record: is.open({
    events: is.list(is.open({ id: count, step: count, epoch: is.number, kind: is.text, text: is.text })),
    history: is.list(row),
    notes: is.list(is.text),
    rules: is.list(is.pair(count, is.flag)),
    idle: is.list(count),
    amounts: is.list(amount),
    before: is.maybe(facts),
    dense,
    searches: is.list(
      is.open({ id: count, variable: is.text, trials: is.list(trialRow), best: is.maybe(count) }),
    ),
  }),
  /** Between the trials of searches under way. */
  searches: is.list(searching),
  baselines,
  /** Wall-clock time so far: for the report alone. */
  timing: is.open({ startedAt: is.text, seconds: is.number }),
});

export const checkpointSchema: Readonly<Record<string, unknown>> = {
  ...checkpointState,
  $defs: definitions.schemas,
};
