import { patternOf, structureKind } from "../../../core/ir/structure.js";
import type { PruneStatement } from "../../../grammar/ast.js";
import { countingOf, thresholdOf } from "../../../core/ir/amounts.js";
import type {
  AmountIr,
  CriterionIr,
  PruneSpelled,
  StructureIr,
  ValueIr,
  WhenIr,
} from "../../../core/ir/types.js";
import { lowerAmount } from "../clauses/amount.js";
import { lowerCriterion, stepByItself } from "../clauses/criterion.js";
import { isKnownBeside } from "../clauses/reads.js";
import { lowerOptions } from "../clauses/options.js";
import { guardedSelection, lowerScope, lowerStructure, scopeTakesAmount } from "../clauses/structure.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerEvents } from "../clauses/when.js";
import { percent } from "../expressions/arguments.js";
import { oneOf } from "../clauses/typed.js";
import { reject, whole, type Lowered, type Place } from "../lowering.js";

/** `prune`: every clause resolved. */
export function lowerPrune(statement: PruneStatement, place: Place): Lowered<PruneSpelled> | null {
  const structure = lowerStructure(statement.structure, place);
  if (structure === null) return null;
  const selection =
    statement.selection === undefined
      ? guardedSelection(statement.structure, place)
      : lowerSelection(statement.selection, place);
  const by = lowerBy(statement, structure, place);
  const scope = lowerScope(statement.scope, structureKind(structure), place);
  // A mistaken score may have swallowed the amount: `by l1 -50%`.
  if (by === null && statement.amount === undefined) return null;
  const amount = lowerHowMuch(statement, structure, place);
  const options = lowerOptions(statement.options, place);
  const normalized =
    statement.normalized && oneOf(statement.normalized.by, ["mean", "max", "l2"], "norm", place);
  const members =
    statement.members && oneOf(statement.members.by, ["sum", "mean", "max"], "way to combine members", place);
  const prune = whole({ structure }, selection, { by, normalized, members, scope }, amount, options);
  if (prune === null || !scopeTakesAmount(statement.scope, prune.scope, prune, place)) return null;
  const threshold = thresholdOf(prune)?.value;
  if (!isKnownBeside(prune.by, threshold, statement.amount?.span, place)) return null;
  const floor = statement.options.keeping;
  if (structure === "layers" && floor !== undefined) {
    return reject(place, "P3026", "a layer goes whole: no floor holds part of it", floor.span, {
      help: "leave `keeping at least` out, and say by the amount how many layers go",
    });
  }
  const made = statement.options.compensating;
  if (made !== undefined && (structure === "layers" || statement.structure.name === "gates")) {
    const why =
      structure === "layers" ? "nothing reads a branch by itself" : "gates stand before the weights";
    return reject(place, "P3026", `${why}: nothing makes up for what goes here`, made.span, {
      help: "leave `compensating by …` out",
    });
  }
  const { manner = "held" } = prune;
  if (manner === "held" || manner === "frozen") warnFalling(statement, prune, place);
  const when = lowerEvents(statement, isMoving(prune), place);
  if (when === null || !somethingMoves(statement, prune, when, place)) return null;
  // A layer dies whole by nature, and what it emptied goes with it.
  return whole(prune, structure === "layers" ? { collapse: true } : {}, { when });
}

function lowerBy(statement: PruneStatement, structure: StructureIr, place: Place): CriterionIr | null {
  if (statement.criterion !== undefined) {
    const untrained = statement.when === undefined ? stepByItself : null;
    const ofDead = statement.options.manner?.name === "latently";
    return lowerCriterion(statement.criterion, structureKind(structure), place, {
      by: "events",
      untrained,
      ofDead,
    });
  }
  return reject(place, "P3006", "nothing says how the units are scored", statement.word, {
    help: "add a criterion: `by l1`",
  });
}

function lowerHowMuch(statement: PruneStatement, structure: StructureIr, place: Place): AmountIr | null {
  const { amount } = statement;
  const pattern = patternOf(structure);
  if (pattern !== null) {
    if (amount === undefined) return {};
    const { n, m } = pattern;
    const kept = `${n} of every ${m}`;
    return reject(place, "P3009", `\`${n}:${m}\` keeps ${kept} and takes no amount`, amount.span, {
      help: "leave the amount out",
    });
  }
  if (amount !== undefined) return lowerAmount(amount, structureKind(structure), statement.curve, place);
  return reject(place, "P3006", "nothing says how much goes", statement.word, {
    help: "add an amount: `50%` of the living, `to 90%` of all, `keep 64`",
  });
}

/** A target that moves has to land on its end. */
const isMoving = ({ to, budget }: AmountIr): boolean =>
  movingOf(to) !== undefined || movingOf(budget?.[0]?.value) !== undefined;
const movingOf = (value: ValueIr | undefined) =>
  typeof value === "object" && "moving" in value ? value.moving : undefined;

/** What died for good stays dead when its target falls; soft and latent deaths are ranked anew. */
function warnFalling(statement: PruneStatement, amount: AmountIr, place: Place): void {
  const { from, to } = movingOf(amount.to) ?? {};
  if (typeof from !== "number" || typeof to !== "number" || from <= to) return;
  reject(
    place,
    "P3029",
    "a target that falls brings nothing back",
    statement.amount?.span ?? statement.word,
    { help: `write \`from ${percent(to)} to ${percent(from)}\`, or let units die \`softly\`` },
  );
}

/** A curve needs a value that moves, and a value that moves needs time to move in. */
function somethingMoves(
  statement: PruneStatement,
  amount: AmountIr,
  when: WhenIr | undefined,
  place: Place,
): true | null {
  const moves = isMoving(amount) || movingOf(countingOf(amount)?.value) !== undefined;
  if (statement.curve !== undefined && !moves) {
    return reject(place, "P3024", "this curve has nothing to move", statement.curve.span, {
      help:
        amount.budget !== undefined
          ? "give the budget a start: `from 100% to macs <= 40%`"
          : amount.to !== undefined
            ? "give the target a start: `from 0% to 90%`"
            : "give the amount an end: `30% -> 0%`",
    });
  }
  if (moves && when === undefined && !place.repeated) {
    return reject(
      place,
      "P3024",
      "this amount has no time to move in",
      statement.amount?.span ?? statement.word,
      { help: "add when it acts (`every 100 steps during 0%..75%`), or put it in a `repeat`" },
    );
  }
  return true;
}
