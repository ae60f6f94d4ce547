import { gateNames } from "../gates/registry.js";
import { amount, criterion, definitions, expression, scope, selection, structure, value } from "./clauses.js";
import * as is from "./declare.js";
import type { Of } from "./declare.js";
import { due, statement } from "./statement.js";

/** Rules that hold all along their window: see `alongLists`. */

/** Chosen anew in every step. */
const among = definitions.define(
  "among",
  is.object({ end: is.oneOf("top", "bottom"), share: value, by: criterion, scope: is.usual(scope, "local") }),
);
export type AmongIr = Of<typeof among>;
export type AmongSpelled = is.Spelled<typeof among>;

export type PenalizeIr = Of<typeof penalize>;
export const penalize = statement("penalize", {
  structure,
  ...selection,
  /** The penalty of one unit, over the names of criteria; added over units. */
  by: criterion,
  among: is.optional(among),
  /** Numbers that train with the weights, by the names that the penalty has for them, and where they start. */
  trained: is.optional(is.named(is.number)),
  strength: value,
  ...due,
});

/** The weights that `pull` goes to: those that a prune by these clauses would leave. */
export type PrunedIr = Of<typeof pruned>;
const { budget: _, ...unbudgeted } = amount;
const pruned = definitions.define(
  "pruned",
  is.object({
    kind: is.literal("pruned"),
    by: criterion,
    normalized: is.optional(is.oneOf("mean", "max", "l2")),
    scope: is.usual(scope, "local"),
    ...unbudgeted,
  }),
);
export type PrunedSpelled = is.Spelled<typeof pruned>;

export type PullIr = Of<typeof pull>;
export const pull = statement("pull", {
  /** Of the weights. */
  ...selection,
  toward: pruned,
  /** Whether what is left between the weights and their aims is made up for by Lagrange multipliers. */
  multipliers: is.usual(is.flag, false),
  /** μ: the loss gets half of it times the square of the distance. */
  strength: value,
  /** When the aims are chosen anew. */
  ...due,
});
export type PullSpelled = is.Spelled<typeof pull>;

export type LearnIr = Of<typeof learn>;
export const learn = statement("learn", {
  structure,
  ...selection,
  /** The kind of gate. What a moving argument moves over is the phase, unless it says so. */
  gate: is.anyOf(
    is.object({ name: is.oneOf(...gateNames), args: is.named(value) }),
    /** In JavaScript. */
    is.object({ name: is.text, own: is.literal(true), args: is.named(value) }),
  ),
  /** Share of the units that is closed in every layer; unset but for kinds that choose so. */
  to: is.optional(expression),
  /** What the term of the gates is multiplied by in the loss. */
  strength: value,
  ...due,
});

export type FreezeIr = Of<typeof freeze>;
export const freeze = statement("freeze", { structure, ...selection, ...due });

/** `update only top 10% by CRITERION`: the other weights get decay and momentum but no gradient. */
export type UpdateIr = Of<typeof update>;
export const update = statement("update", {
  ...selection,
  end: is.oneOf("top", "bottom"),
  share: value,
  by: criterion,
  scope: is.usual(scope, "local"),
  ...due,
});
export type UpdateSpelled = is.Spelled<typeof update>;
