import { namesIn } from "../../../core/expr/names.js";
import { structureKind } from "../../../core/ir/structure.js";
import type {
  Among,
  FreezeStatement,
  PenalizeStatement,
  RestoreStatement,
  UpdateStatement,
} from "../../../grammar/ast.js";
import type { FreezeIr, PenalizeIr, RestoreIr, UpdateIr, ValueIr, WhenIr } from "../../../core/ir/types.js";
import { shareInRange, warnIdle } from "../clauses/amount.js";
import { lowerCriterion, stepByItself } from "../clauses/criterion.js";
import { isReadable } from "../clauses/reads.js";
import { lowerEvents, lowerHolding } from "../clauses/events.js";
import { lowerMoving } from "../clauses/moving.js";
import { inRange } from "../clauses/range.js";
import { lowerScope } from "../clauses/scope.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerStructure } from "../clauses/structure.js";
import { checkTyped } from "../clauses/typed.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, textOf, type Ids, type Place } from "../lowering.js";
import type { TimelineNode } from "../state.js";

/** `restore`: latently dead units whose weights underneath grew back. `paired` is the when of the prune it acts with. */
export function lowerRestore(
  statement: RestoreStatement,
  node: TimelineNode,
  paired: WhenIr | undefined,
  place: Place,
  ids: Ids,
): RestoreIr | null {
  const structure = lowerStructure(statement.structure, place);
  if (structure === null) return null;
  const selection = lowerSelection(statement.selection, place);
  if (statement.criterion === undefined || statement.above === undefined) {
    return reject(place, "P3006", "a restore needs a score and a threshold", statement.word, {
      help: "write `restore weights by magnitude above 0.02`",
    });
  }
  const untrained = statement.when === undefined && paired === undefined ? stepByItself : null;
  const by = lowerCriterion(statement.criterion, structureKind(structure), place, {
    by: "events",
    untrained,
  });
  const above = infer(statement.above, expressions(place, "threshold"));
  const when = lowerEvents(statement, false, place);
  if (selection === null || by === null || above === null || when === null) return null;
  if (checkTyped(above, statement.above, ["number"], "a threshold", place) === null) return null;
  if (!isReadable(above.ir, structureKind(structure), "event", statement.above.span, place)) return null;
  const due = when ?? paired;
  return {
    kind: "restore",
    id: ids.next(node),
    text: textOf(node),
    structure,
    ...selection,
    by,
    above: above.ir,
    ...(due === undefined ? {} : { when: due }),
  };
}

/** `penalize`: a term of the loss. */
export function lowerPenalize(
  statement: PenalizeStatement,
  node: TimelineNode,
  place: Place,
  ids: Ids,
): PenalizeIr | null {
  const structure = lowerStructure(statement.structure, place);
  if (structure === null) return null;
  if (statement.penalty === undefined) {
    return reject(place, "P3006", "nothing says by what to penalize", statement.word, {
      help: "add a penalty: `by group-lasso`",
    });
  }
  if (statement.strength === undefined) {
    return reject(place, "P3006", "nothing says how strong the penalty is", statement.word, {
      help: "add a strength: `strength 1e-4`",
    });
  }
  const selection = lowerSelection(statement.selection, place);
  const by = lowerCriterion(statement.penalty, structureKind(structure), place, { by: "penalty" });
  const among =
    statement.among === undefined ? undefined : lowerAmong(statement.among, structureKind(structure), place);
  if (by !== null && namesIn(by.expr).includes("a") && statement.among !== undefined) {
    return reject(
      place,
      "P8010",
      "penalties over the activations of some units are not available yet",
      statement.among.span,
      { help: "leave `among …` out" },
    );
  }
  const strength = lowerMoving(statement.strength, ["number"], "a strength", place);
  const when = lowerHolding(statement, place);
  if (selection === null || by === null || among === null || strength === null || when === null) return null;
  if (strength.ends.some((end) => end !== null && end < 0)) {
    return reject(place, "P3011", "a strength is not negative", statement.strength.span, {
      help: "a negative strength would reward what it should cost",
    });
  }
  for (const end of strength.ends)
    inRange(end, { usual: 1000 }, "a strength", statement.strength.span, place);
  warnIdle(strength.ends, "a penalty of strength 0 does nothing", statement.strength.span, place);
  return {
    kind: "penalize",
    id: ids.next(node),
    text: textOf(node),
    structure,
    ...selection,
    by,
    ...(among === undefined ? {} : { among }),
    strength: strength.ir,
    ...(when === undefined ? {} : { when }),
  };
}

function lowerAmong(
  among: Among,
  structure: Parameters<typeof lowerCriterion>[1],
  place: Place,
): NonNullable<PenalizeIr["among"]> | null {
  const share = lowerShare(among, place);
  const by = lowerCriterion(among.by, structure, place, { by: "steps" });
  const scope = lowerScope(among.scope, structure, place);
  if (share === null || by === null || scope === null) return null;
  return { end: among.end, share, by, scope };
}

function lowerShare(among: Among, place: Place): ValueIr | null {
  const share = lowerMoving(among.share, ["share"], "the part of all units", place);
  if (share === null) return null;
  const good = share.ends.every((end) => shareInRange(end, among.share.span, "the part of all units", place));
  if (good) warnIdle(share.ends, "0% of the units are none", among.share.span, place);
  return good ? share.ir : null;
}

/** `freeze`: these do not train. */
export function lowerFreeze(
  statement: FreezeStatement,
  node: TimelineNode,
  place: Place,
  ids: Ids,
): FreezeIr | null {
  const structure = lowerStructure(statement.structure, place);
  const selection = lowerSelection(statement.selection, place);
  const when = lowerHolding(statement, place);
  if (structure === null || selection === null || when === null) return null;
  const inside = when === undefined ? {} : { when };
  return { kind: "freeze", id: ids.next(node), text: textOf(node), structure, ...selection, ...inside };
}

/** `update only`: the other weights get decay and momentum but no gradient. */
export function lowerUpdate(
  statement: UpdateStatement,
  node: TimelineNode,
  place: Place,
  ids: Ids,
): UpdateIr | null {
  const among = lowerAmong(statement.among, "weights", place);
  const selection = lowerSelection(statement.selection, place);
  const when = lowerHolding(statement, place);
  if (among === null || selection === null || when === null) return null;
  if (among.share === 1)
    reject(place, "P3029", "this updates all weights, as without it", statement.among.share.span);
  const inside = when === undefined ? {} : { when };
  return { kind: "update", id: ids.next(node), text: textOf(node), ...selection, ...among, ...inside };
}
