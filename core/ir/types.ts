/**
 * The intermediate representation: plain JSON, versioned, hashable, no spans inside. Methods are expanded, parameters
 * substituted, rules attached to every phase they govern. Every statement is declared here once: its TypeScript type is inferred
 * from the declaration, and the published JSON Schema (`ir.schema.json`) is the declarations put together.
 */

import {
  amount,
  call,
  criterion,
  definitions,
  expression,
  joins,
  point,
  scope,
  searched,
  selection,
  structure,
  value,
} from "./clauses.js";
import * as is from "./declare.js";
import type { Of } from "./declare.js";
import { freeze, learn, penalize, pull, update } from "./along-types.js";
import { compensationNames, fittedOn } from "../compensate/methods.js";
import { javascriptKinds } from "./imports.js";
import { optimizerNames } from "./optimizers.js";
import { plan } from "./plan-types.js";
import { qualityNames } from "./qualities.js";
import { due, statement } from "./statement.js";

export type * from "./clauses.js";
export type * from "./plan-types.js";
export type * from "./along-types.js";

export type RegrowIr = Of<typeof regrow>;
const regrow = statement("regrow", {
  /** Unset when paired: the structure of its prune. */
  structure: is.optional(structure),
  ...selection,
  by: criterion,
  /** Unset: as many as the paired prune dropped. A share is of the dead. */
  ...amount,
  /** Unset: each layer regains what it lost. "evenly", or a share by layer. */
  allocated: is.optional(expression),
  /** Unset: "zero" for weights, "fresh" for structures. */
  values: is.usual(is.oneOf("zero", "fresh", "start", "last")),
  includingDropped: is.usual(is.flag, false),
  ...due,
});

export type RegrowSpelled = is.Spelled<typeof regrow>;

const calibration = {
  /** Calibration batches. */
  batches: is.integer(1),
  /** Places of each example, where there are more. */
  points: is.integer(1),
};
/** What JavaScript is given by a program, by name. */
const given = is.record(is.anyOf(is.number, is.text));
export type CompensatingIr = Of<typeof compensating>;
const compensating = definitions.define(
  "compensating",
  is.anyOf(
    is.object({
      method: is.oneOf(...compensationNames),
      ...calibration,
      /** A share of the mean square of what weights read, by which they resist a change. */
      ridge: { ...is.number, exclusiveMinimum: 0 },
    }),
    /** In JavaScript. */
    is.object({
      method: is.text,
      own: is.literal(true),
      args: given,
      /** What it is worked out on; unset where nobody looked into it. */
      on: is.optional(is.oneOf(...fittedOn)),
      ...calibration,
    }),
  ),
);

export type PruneIr = Of<typeof prune>;
const prune = statement("prune", {
  structure,
  ...selection,
  by: criterion,
  normalized: is.optional(is.oneOf("mean", "max", "l2")),
  /** How the members' scores of a coupled unit combine. Unset: "sum", but "mean" for what is the same for all members. */
  members: is.usual(is.oneOf("sum", "mean", "max")),
  scope: is.usual(scope, "local"),
  ...amount,
  manner: is.usual(is.oneOf("held", "softly", "latently", "frozen"), "held"),
  /** What it took latently by a threshold stays dead until a `restore` brings it back, however high it scores meanwhile. */
  awaitsRestore: is.optional(is.flag),
  joins: is.usual(joins, "couple"),
  /** Living units that every layer keeps: a count, or a share of them. */
  keeping: is.usual(
    is.anyOf(is.integer(0), is.object({ share: { ...is.number, minimum: 0, maximum: 1 } })),
    1,
  ),
  collapse: is.usual(is.flag, false),
  /** Kept counts are multiples of this. */
  aligned: is.usual(is.integer(1), 1),
  /** In place of `aligned`: the multiple that the backend was measured to compute fastest (`core/schedule/alignment.ts`). */
  align: is.optional(is.literal("auto")),
  /** How the layers that lose weights are re-fitted in the same event. */
  compensating: is.optional(compensating),
  /** The paired regrow, acting in the same event. */
  regrow: is.optional(regrow),
  ...due,
});

export type PruneSpelled = is.Spelled<typeof prune>;

export type RestoreIr = Of<typeof restore>;
const restore = statement("restore", { structure, ...selection, by: criterion, above: expression, ...due });

export type SlimIr = Of<typeof slim>;
const slim = statement("slim", {
  /** Something below prunes, brings back or goes back: convolutions of one tap for each channel stay whole (`keep-taps.ts`). */
  keepsTaps: is.optional(is.literal(true)),
  ...due,
});
const evaluate = statement("evaluate", { on: is.oneOf("test", "train", "validation"), ...due });
export type MarkIr = Of<typeof mark>;
const mark = statement("mark", {
  name: is.text,
  /** Some phase below learns from the network as it stands here: it is kept whole, whatever a later `slim` cuts. */
  teaches: is.optional(is.literal(true)),
  ...due,
});

/** What a loop announces of a score `over training`, so that it is summed from the start of the phase on. */
export type AccumulatedSpelled = is.Spelled<typeof accumulated>;
export const accumulated = definitions.define(
  "accumulated",
  is.object({
    /** Of the statement, for a regrow that is paired. Unset: that of the rule. */
    id: is.optional(is.integer(1)),
    structure,
    ...selection,
    by: criterion,
    joins: is.usual(joins, "couple"),
    /** A threshold or an allocation beside the score. */
    beside: is.optional(expression),
    /** True where what is latently dead is scored with the values underneath. */
    latent: is.usual(is.flag, false),
  }),
);

export type RuleIr = Of<typeof rule>;
const rule = definitions.define(
  "rule",
  is.byKind({ prune, regrow, restore, penalize, learn, freeze, update, pull, slim, evaluate, mark }),
);

export type OptimizerIr = Of<typeof optimizer>;
/** Learning rate; a `steps(…)` rate is a list of pieces. */
export const rate = is.anyOf(
  value,
  is.object({ steps: is.object({ base: expression, at: is.list(point), by: expression }) }),
);
export const optimizer = definitions.define(
  "optimizer",
  is.object({
    name: is.oneOf(...optimizerNames),
    /** Unset where none is written: after `rewind rate` the earlier schedule goes on, else it is the optimizer's usual one. */
    rate: is.optional(rate),
    /** Those of `optimizers.ts` by their names; switches are 0 or 1. */
    args: is.named(expression),
  }),
);

/** With its arguments, if any. */
export type LossIr = Of<typeof loss>;
const loss = is.anyOf(
  is.text,
  is.object({ name: is.text, args: is.named(is.anyOf(is.number, is.list(is.number))) }),
);

/** What logits are divided by where a program says nothing, as comparisons of distillation do (Tian et al. 2020). */
export const usualTemperature = 4;

/** The term of a loss that draws the outputs to those of a teacher. */
export type DistillationIr = Of<typeof distillation>;
const distillation = definitions.define(
  "distillation",
  is.object({
    /** The network as loaded, as it stood at a mark, or a saved one. */
    from: is.anyOf(is.literal("start"), is.object({ mark: is.text }), is.object({ network: is.text })),
    /** What logits are divided by before they are compared. Unset: `usualTemperature`. */
    temperature: is.optional({ ...is.number, exclusiveMinimum: 0 }),
    weight: { ...is.number, exclusiveMinimum: 0 },
    /** The weight of the loss beside it; 0: the outputs of the teacher are all that is learned from. */
    beside: { ...is.number, minimum: 0 },
  }),
);

const metric: is.Schema<`metrics.${string}`> = { type: "string", pattern: "^metrics[.]." };

export type TrainIr = Of<typeof train>;
const train = statement("train", {
  /** One of the two lengths. */
  epochs: is.optional(expression),
  steps: is.optional(expression),
  /** Goes on with the last optimizer and its rate. */
  finetune: is.usual(is.flag, false),
  /** The training that a file without `train` implies; its length came from `--epochs`. */
  implicit: is.optional(is.literal(true)),
  /** Unset: for finetune that of the phase before, else the host's `--batch`, else 32. */
  batch: is.optional(expression),
  /** Unset: the network's training config, else adam(rate: 1e-3); for finetune the last one. */
  optimizer: is.optional(optimizer),
  /** Unset: from the training config or the last activation. */
  loss: is.optional(loss),
  /** A teacher that its batches learn from, too. What is measured and scored between steps is the loss alone. */
  distillation: is.optional(distillation),
  /** How the images of its batches are altered: the amounts of `augmentations.ts`, 1 for those that take none. */
  augment: is.optional(is.named(is.number)),
  /** In the end the phase is as it was at the end of its best epoch; after `patience` epochs without a better one it ends. */
  /** `metrics.NAME`: a metric in JavaScript. */
  keeping: is.optional(
    is.object({ by: is.anyOf(is.oneOf(...qualityNames), metric), patience: is.optional(is.integer(1)) }),
  ),
  until: is.optional(expression),
  /** Acting in this order when due together. */
  rules: is.usual(is.list(rule), []),
  /** Moments of this phase that later rewinds need: the runtime keeps snapshots of these and of no others. */
  snapshots: is.usual(is.list(point), []),
});
export type TrainSpelled = is.Spelled<typeof train>;

const body = is.list(is.ref<StepIr>("step"));

/** An interface, as the next: what holds steps and is one has its type worked out late. */
export interface RepeatIr extends Of<typeof repeat> {}
const repeat = statement("repeat", {
  times: expression,
  /** Name of the counter, from 1. */
  as: is.optional(is.text),
  /** Measured before the first pass and after each; the pass that breaks it is undone whole, and ends the loop. */
  while: is.optional(expression),
  body,
  until: is.optional(expression),
});
export interface ForEachIr extends Of<typeof forEach> {}
const forEach = statement("for-each", { as: is.text, ...selection, body });
/** An agent tries values of a variable; what each trial leaves is undone, and the block runs once more with the best. */
export interface SearchIr extends Of<typeof search> {}
const search = statement("search", { ...searched, body });

export type RewindIr = Of<typeof rewind>;
const rewind = statement("rewind", {
  what: is.set(is.oneOf("weights", "rate", "optimizer", "masks", "gates"), { minItems: 1 }),
  to: is.anyOf(is.literal("start"), is.object({ mark: is.text }), is.object({ phase: is.integer(1), point })),
});
export type ReinitializeIr = Of<typeof reinitialize>;
const reinitialize = statement("reinitialize", {
  ...selection,
  /** Unset: every layer's own initializer. */
  by: is.optional(call),
});
export type RecalibrateIr = Of<typeof recalibrate>;
/** Moving statistics of batch norms measured anew. */
const recalibrate = statement("recalibrate", {
  /** Training batches, drawn at random. */
  over: expression,
});
const shuffle = statement("shuffle", selection);
const invert = statement("invert", selection);
const harden = statement("harden", selection);
export type QuantizeIr = Of<typeof quantize>;
/** Weights share their values among as few as these bits number. */
const quantize = statement("quantize", {
  ...selection,
  /** Unset: 8 for kernels of convolutions, 5 for others. */
  bits: is.optional(expression),
});
const load = statement("load", { what: is.oneOf("masks", "weights"), path: is.text, ...selection });
export type RequireIr = Of<typeof requirement>;
const requirement = statement("require", {
  /**
   * Over accuracy, loss, sizes (sizes.ts) and `start.macs`, `start.params`, `start.bytes` (the network as loaded):
   * `macs <= 50%` is ["<=", "macs", ["*", 0.5, "start.macs"]].
   */
  condition: expression,
});
const save = statement("save", { path: is.text });
/** A step in JavaScript, by its name among the imports. */
const ownStep = statement("call", {
  name: is.text,
  given: is.optional(given),
});

const acting = { train, prune, regrow, restore };
const once = {
  slim,
  rewind,
  mark,
  reinitialize,
  recalibrate,
  shuffle,
  invert,
  harden,
  quantize,
  load,
  evaluate,
  require: requirement,
  save,
  call: ownStep,
};
export type StepIr =
  | Of<(typeof acting)[keyof typeof acting]>
  | RepeatIr
  | ForEachIr
  | SearchIr
  | Of<(typeof once)[keyof typeof once]>;
definitions.define("step", is.byKind({ ...acting, repeat, "for-each": forEach, search, ...once }));

/** `use loss focal from "./losses.js"`: never run by the compiler. */
export type ImportIr = Of<typeof imported>;
const imported = definitions.define(
  "import",
  is.object({
    kind: is.oneOf(...javascriptKinds),
    id: is.integer(1),
    text: is.text,
    name: is.text,
    /** Relative to the folder of the program. Unset: the host gives it, and no `use` names it. */
    from: is.optional(is.text),
  }),
);

export const irVersion = 2;
export type Ir = Of<typeof program>;
const program = is.object({
  ir: is.literal(irVersion),
  /** Base name of the source file. */
  source: is.text,
  network: is.maybe(is.text),
  data: is.maybe(is.text),
  /** Share of the training examples that is held out for validation. Unset: what the data bring. */
  validation: is.optional({ ...is.number, exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  /** What it takes from JavaScript. Unset: nothing. */
  imports: is.optional(is.list(imported)),
  body,
  /** Resolved against a network (and data): see plan.ts. */
  plan: is.maybe(definitions.define("plan", plan, "What will happen, worked out before any training.")),
});

/** The published JSON Schema of the IR (2020-12). */
export function irSchema(): is.Schema<Ir> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "espalier/ir.schema.json",
    title: `Espalier IR, version ${irVersion}`,
    description:
      "What a .prune program means: methods expanded, parameters substituted, rules attached to every phase they govern.",
    ...program,
    $defs: definitions.schemas,
  };
}

export { losses, type LossName } from "./losses.js";
