import { losses } from "./losses.js";
import * as is from "./declare.js";
import type { Of } from "./declare.js";
import { agentNames } from "../search/registry.js";
import { measureNames, sizeNames } from "./sizes.js";

/** The parts of statements, each declared once: TypeScript type and JSON Schema. */

/** Named parts of the schema. */
export const definitions = new is.Definitions();

/** An expression: a number, a name ("w", "i", "layer.std"), or `[operator, …arguments]`, e.g. ["sum", ["abs", "w"]]. */
export type ExprIr = number | string | readonly [string, ...ExprIr[]];
export const expression = definitions.define<ExprIr>(
  "expression",
  {
    anyOf: [
      is.number,
      is.text,
      {
        type: "array",
        minItems: 2,
        prefixItems: [{ type: "string", minLength: 1 }],
        items: is.ref<ExprIr>("expression"),
      },
    ],
  },
  'A number, a name, or [operator, ...arguments], e.g. ["sum", ["abs", "w"]].',
);

const curve = definitions.define(
  "curve",
  is.anyOf(
    is.oneOf("linear", "cubic", "cosine", "exponential", "staircase"),
    /** A declared curve: `expr` over `t` in 0..1 giving 0..1. */
    is.object({ name: is.text, expr: expression }),
  ),
  "A declared curve is an expression over t in 0..1 giving 0..1.",
);
export type CurveIr = Of<typeof curve>;

/** A moment of a phase. `share` is of the phase's length. */
export type PointIr = Of<typeof point>;
export const point = definitions.define(
  "point",
  is.anyOf(
    is.object({ epochs: expression }),
    is.object({ steps: expression }),
    is.object({ share: expression }),
  ),
  "A moment of a phase; a share is of its length.",
);

/** Both ends included. */
export type WindowIr = Of<typeof window>;
const window = definitions.define("window", is.pair(point, point));

/** `a -> b CURVE`, `from a to b CURVE`. Without `over` it moves over its rule's window (or the phase, or the iterations of a `repeat`). */
export type MovingIr = Of<typeof moving>;
const moving = is.object({ from: expression, to: expression, curve, over: is.optional(window) });

export type ValueIr = Of<typeof value>;
export const value = definitions.define(
  "value",
  is.anyOf(expression, is.object({ moving })),
  "A value that may move along a curve.",
);

/** When a rule fires; see schedule.ts for the exact times. Absent for rules that hold all along. */
export type WhenIr = Of<typeof when>;
export const when = definitions.define(
  "when",
  is.object({
    /** Every so many `unit`s. */
    every: is.optional(expression),
    /** At these moments (ends of epochs; steps after that many updates; step 0 is before the first). */
    at: is.optional(is.list(expression)),
    unit: is.oneOf("epochs", "steps"),
    during: is.optional(window),
    /** For a moving target: its last event moves to the window's end. */
    lands: is.optional(is.literal(true)),
  }),
  "When a rule fires; both every and at unset: it holds all along.",
);

const size = is.integer(1);

/** "filters", "2:4", `{ blocks: [4, 1] }` (height and width), `{ strided: 2, offset: 1 }`. */
export type StructureIr = Of<typeof structure>;
const neighbours: is.Schema<`${number}:${number}`> = {
  type: "string",
  pattern: "^[1-9][0-9]*:[1-9][0-9]*$",
};
export const structure = definitions.define(
  "structure",
  is.anyOf(
    is.oneOf(
      "weights",
      "filters",
      "channels",
      "neurons",
      "units",
      "kernels",
      "taps",
      "rows",
      "columns",
      "layers",
      "gates",
    ),
    neighbours,
    is.object({ blocks: is.pair(size, size) }),
    is.object({ strided: is.integer(2), offset: is.optional(is.integer(1)) }),
  ),
);

export type PatternIr = Of<typeof pattern>;
const pattern = definitions.define(
  "pattern",
  is.anyOf(
    /** A glob, of paths or names. */
    is.text,
    /** Layers with kernels, counted from 1. */
    is.object({ range: is.pair(size, size) }),
    is.object({ place: is.oneOf("first", "last") }),
    is.object({
      /** Exactly the layer of this path, whatever characters its name holds. */
      layer: is.text,
    }),
    is.object({
      /** The variable of a `for each layer as L`. */
      variable: is.text,
    }),
  ),
);
const patterns = is.anyOf(pattern, is.list(pattern, { minItems: 1 }));

/** Which layers a statement speaks of. */
export const selection = {
  /** Unset: every layer that can be pruned. */
  in: is.optional(patterns),
  except: is.optional(patterns),
  /** Over `kind` (a string constant is ["string", "conv2d"]), `params`, `macs`, `units`, `name`. */
  where: is.optional(expression),
  /** The layers meant, by path, when compiled against a network. */
  layers: is.optional(is.list(is.text)),
};
export type SelectionIr = is.ObjectOf<typeof selection>;
definitions.define("selection", is.object(selection));

/** What becomes of units that a join ties together: they go as one, stay, or go where all would. */
export const joins = is.oneOf("couple", "skip", "agree");

const numbers = is.named(is.number);
/** A loss or an initializer: its name, with its arguments where it has any. */
export type CallIr = Of<typeof call>;
export const call = is.anyOf(is.text, is.object({ name: is.text, args: numbers }));

/** A loss that scores differentiate in place of that of the training. */
export type ScoredLossIr = Of<typeof scoredLoss>;
const scoredLoss = is.object({
  loss: is.oneOf(...losses),
  /** Of a cross-entropy: logits are divided by it. */
  temperature: is.optional({ ...is.number, exclusiveMinimum: 0 }),
});

export type CriterionIr = Of<typeof criterion>;
export const criterion = definitions.define(
  "criterion",
  is.object({
    /** As written: "l1", or the text of the expression. */
    name: is.text,
    expr: expression,
    /** How many calibration batches, or accumulated on the batches of training. Unset: one, where data are needed. */
    over: is.optional(is.anyOf(is.literal("training"), expression)),
    /** How many random directions the diagonal Hessian `h` is estimated from. Unset: one, where it is read. */
    probes: is.optional(expression),
    /**
     * What batch norms normalise by where gradients and activations are computed for this score. Unset: their stored statistics, right
     * for trained networks; the literature that scores at initialisation uses those of the batch.
     */
    statistics: is.optional(is.literal("batch")),
    /** What gradients differentiate. Unset: the loss. */
    under: is.optional(is.anyOf(is.oneOf("loss", "synflow"), scoredLoss)),
  }),
);

/** Within what units are ranked; "row" and "sign" rank the weights of an output channel, and those of one sign. */
export type ScopeIr = Of<typeof scope>;
export const scope = is.oneOf("global", "local", "erk", "er", "row", "sign");

export type BudgetLimit = Of<typeof limit>;
/** Relative limits are shares of the network as loaded. */
const limited = { relative: is.flag, value };
const limit = is.object({ measure: is.oneOf(...sizeNames), ...limited });

/** An upper limit of a search, which may be of what a trial is only known to take once it has run. */
export type SearchLimit = Of<typeof searchLimit>;
export const searchLimit = is.object({ measure: is.oneOf(...measureNames), ...limited });

/** How much goes: at most one of these; none for n:m structures and for a regrow that makes good its prune. Shares are 0..1. */
export const amount = {
  /** Share of the living units in scope; of the dead ones for a regrow. */
  drop: is.optional(value),
  /** That many units (per layer when local). */
  count: is.optional(value),
  /** Share of all units that shall be dead. */
  to: is.optional(value),
  /** Leave that many. */
  keep: is.optional(value),
  /** Leave that many of each kernel. */
  keepEach: is.optional(value),
  budget: is.optional(is.list(limit, { minItems: 1 })),
  /** Every unit that scores under (over) this, over `layer.mean(…)`, `layer.std(…)`, numbers. */
  below: is.optional(expression),
  above: is.optional(expression),
};
export type AmountIr = is.ObjectOf<typeof amount>;

/** What a search chooses, who chooses, and what is wanted. */
export const searched = {
  /** Name of the variable. */
  as: is.text,
  /** Both ends included. */
  from: is.number,
  to: is.number,
  /** What the numbers are: shares of 1, whole numbers (counts, lengths), or any. */
  values: is.oneOf("share", "whole", "any"),
  /** A value for each layer, or for those that share their units. */
  perLayer: is.usual(is.flag, false),
  agent: is.object({ name: is.oneOf(...agentNames), args: is.named(is.number) }),
  /** What is made as large as can be; to minimize is to maximize the negative. Over measures, as conditions are. */
  maximizing: expression,
  /** Limits that no trial may exceed. */
  within: is.optional(is.list(searchLimit, { minItems: 1 })),
};
