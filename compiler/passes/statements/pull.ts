import type { PullStatement } from "../../../grammar/ast.js";
import { namesIn, needsData } from "../../../core/expr/names.js";
import { ownParts } from "../../../core/expr/own.js";
import { thresholdOf } from "../../../core/ir/amounts.js";
import type { AmountIr, ExprIr, PrunedIr, PullSpelled, WhenIr } from "../../../core/ir/types.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { lowerAmount } from "../clauses/amount.js";
import { lowerCriterion } from "../clauses/criterion.js";
import { lowerScope, scopeTakesAmount } from "../clauses/structure.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerStrength } from "../clauses/strength.js";
import { oneOf } from "../clauses/typed.js";
import { lowerEvents, lowerHoldingAtAll } from "../clauses/when.js";
import { reject, whole, type Lowered, type Place } from "../lowering.js";

/** `pull`: weights are drawn to their projection, which is chosen anew at the moments of its when-clause, every epoch unless said. */
export function lowerPull(statement: PullStatement, place: Place): Lowered<PullSpelled> | null {
  const { toward: written, multipliers, strength: weight } = statement;
  const selection = lowerSelection(written.selection, place);
  const toward = lowerPruned(statement, place);
  if (weight === undefined)
    return reject(place, "P3006", "nothing says how strong the pull is", statement.word, {
      help: "add a strength: `strength 1e-3`, or one that grows: `strength 1e-4 -> 1e-2 exponential`",
    });
  const strength = lowerStrength(weight, "a pull of strength 0 does nothing", place);
  const when = lowerMoments(statement, place);
  return whole(selection, { toward, multipliers: multipliers && true, strength, when });
}

function lowerMoments(statement: PullStatement, place: Place): WhenIr | null {
  const { when } = statement;
  if (when?.every !== undefined || when?.at !== undefined)
    return lowerEvents(statement, false, place) ?? null;
  const window = lowerHoldingAtAll(when, place);
  return window && { unit: "epochs", every: 1, ...window };
}

/** The projection: the clauses of a prune of single weights that say which of them go. */
function lowerPruned(statement: PullStatement, place: Place): PrunedIr | null {
  const { toward } = statement;
  const refuse = (what: string, span: Span, help: string): null =>
    reject(place, "P2042", what, span, { help });
  const { manner, joins, keeping, allowingCollapse, aligned, compensating } = toward.options;
  const option = manner ?? joins ?? keeping ?? allowingCollapse ?? aligned ?? compensating;
  if (option !== undefined)
    return refuse(
      "nothing dies by a pull",
      option.span,
      "leave it out here, and say it at the `prune` that follows",
    );
  if (toward.members !== undefined)
    return refuse("single weights have no members", toward.members.span, "leave `members …` out");
  if (toward.when !== undefined)
    return refuse(
      "the projection has no moments of its own",
      toward.when.span,
      "write them behind the parentheses: `pull weights toward pruned(…) strength 1e-3 every epoch`",
    );
  if (toward.criterion === undefined)
    return reject(place, "P3006", "nothing says how the weights are scored", statement.word, {
      help: "add a criterion: `pruned(by magnitude to 90%)`",
    });
  if (toward.amount === undefined)
    return reject(
      place,
      "P3006",
      "nothing says how many weights are zero where this pulls to",
      statement.word,
      {
        help: "add an amount: `pruned(by magnitude to 90%)`",
      },
    );
  const by = lowerCriterion(toward.criterion, "weights", place, { by: "steps" });
  if (by !== null && !readsWeights(by.expr, toward.criterion.expr.span, place)) return null;
  const scope = lowerScope(toward.scope, "weights", place);
  const amount = lowerAmount(toward.amount, "weights", toward.curve, place);
  if (amount?.budget !== undefined)
    return refuse("a projection has no budget", toward.amount.span, "say the share of the weights: `to 90%`");
  const threshold = amount === null ? null : thresholdOf(amount);
  if (threshold !== null && !readsWeights(threshold.value, toward.amount.span, place)) return null;
  const { curve } = toward;
  if (curve !== undefined && amount !== null && !moves(amount))
    return reject(place, "P3024", "this curve has nothing to move", curve.span, {
      help: "give the target a start: `from 0% to 90%`",
    });
  const normalized = toward.normalized && oneOf(toward.normalized.by, ["mean", "max", "l2"], "norm", place);
  const pruned = whole({ kind: "pruned" as const, by, normalized, scope }, amount);
  return pruned === null || !scopeTakesAmount(toward.scope, pruned.scope, pruned, place) ? null : pruned;
}

const moves = ({ drop, count, to, keep, keepEach }: AmountIr): boolean =>
  [drop, count, to, keep, keepEach].some((value) => typeof value === "object" && "moving" in value);

/** What is projected are the weights: nothing else is known of the point that they are pulled from. */
function readsWeights(expr: ExprIr, span: Span, place: Place): true | null {
  if (!needsData(namesIn(expr), null) && ownParts(expr).length === 0) return true;
  return reject(place, "P2042", "a projection goes by the weights alone", span, {
    notes: [
      "it is of the weights less what their multipliers ask for, at which no gradients or activations are taken",
    ],
    help: "score by what reads weights: `pruned(by magnitude to 90%)`",
  });
}
