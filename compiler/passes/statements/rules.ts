import { isName, mentionedIn, namesIn, needsGradients } from "../../../core/expr/names.js";
import { ownParts } from "../../../core/expr/own.js";
import { structureKind } from "../../../core/ir/structure.js";
import type {
  Among,
  FreezeStatement,
  PenalizeStatement,
  RestoreStatement,
  Structure,
  UpdateStatement,
} from "../../../grammar/ast.js";
import type {
  AmongIr,
  ExprIr,
  FreezeIr,
  PenalizeIr,
  RestoreIr,
  UpdateIr,
  ValueIr,
  WhenIr,
} from "../../../core/ir/types.js";
import { lowerCriterion, stepByItself } from "../clauses/criterion.js";
import { isKnownBeside, isReadable } from "../clauses/reads.js";
import { lowerMoving } from "../clauses/moving.js";
import { guardedSelection, lowerScope, lowerStructure } from "../clauses/structure.js";
import { lowerStrength } from "../clauses/strength.js";
import { lowerSelection } from "../clauses/selection.js";
import { checkTyped, lowerKnown, shareInRange, warnIdle } from "../clauses/typed.js";
import { lowerEvents, lowerHolding } from "../clauses/when.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, whole, type Lowered, type Place } from "../lowering.js";
import { bind } from "../scope.js";

/** `restore`: latently dead units whose weights underneath grew back. `paired` is the when of the prune it acts with. */
export function lowerRestore(
  statement: RestoreStatement,
  paired: WhenIr | undefined,
  place: Place,
): Lowered<RestoreIr> | null {
  const structure = lowerStructure(statement.structure, place);
  if (structure === null) return null;
  const selection = lowerSelection(statement.selection, place);
  if (statement.criterion === undefined || statement.above === undefined) {
    return reject(place, "P3006", "a restore needs a score and a threshold", statement.word, {
      help: "write `restore weights by magnitude above 0.02`",
    });
  }
  const untrained = statement.when === undefined && paired === undefined ? stepByItself : null;
  const kind = structureKind(structure);
  const by = lowerCriterion(statement.criterion, kind, place, { by: "events", untrained, ofDead: true });
  const above = infer(statement.above, expressions(place, "threshold"));
  const when = lowerEvents(statement, false, place);
  const restore = whole({ structure }, selection, { by, above: above?.ir ?? null, when: when ?? paired });
  if (restore === null || above === null || when === null) return null;
  if (checkTyped(above, statement.above, ["number"], "a threshold", place) === null) return null;
  if (!isKnownBeside(restore.by, above.ir, statement.above.span, place)) return null;
  return isReadable(above.ir, kind, "event", statement.above.span, place) ? restore : null;
}

/** `penalize`: a term of the loss. */
export function lowerPenalize(statement: PenalizeStatement, place: Place): Lowered<PenalizeIr> | null {
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
  const kind = structureKind(structure);
  const selection =
    statement.selection === undefined
      ? guardedSelection(statement.structure, place)
      : lowerSelection(statement.selection, place);
  const trained = lowerTrained(statement, place);
  if (trained === null) return null;
  const by = lowerCriterion(statement.penalty, kind, inScope(Object.keys(trained ?? {}), place), {
    by: "penalty",
  });
  const among = statement.among && lowerAmong(statement.among, kind, place);
  if (by !== null && trained !== undefined && !canTrain(by.expr, statement, place)) return null;
  if (by !== null && among && readsActivations(by.expr) && needsGradients(namesIn(among.by.expr))) {
    return reject(
      place,
      "P2043",
      "which units these are is known too late for their activations",
      statement.among?.span ?? statement.word,
      {
        notes: ["the slope along activations is part of the pass that gives the gradients"],
        help: "choose by weights or activations: `among bottom 50% by l1`",
      },
    );
  }
  const strength = lowerStrength(statement.strength, "a penalty of strength 0 does nothing", place);
  const when = lowerHolding(statement, place);
  return whole({ structure }, selection, { by, among, trained, strength, when });
}

/** The numbers that train with the weights, and where they start; undefined for none. */
function lowerTrained(
  { trained, word }: PenalizeStatement,
  place: Place,
): Readonly<Record<string, number>> | null | undefined {
  if (trained === undefined) return undefined;
  const starts: Record<string, number> = {};
  for (const { name, value } of trained.numbers) {
    const known = isName(name.text) || place.scope.bindings.has(name.text);
    if (known || Object.hasOwn(starts, name.text))
      return reject(place, "P3026", `\`${name.text}\` means something else here`, name.span, {
        help: "call what trains by a name of its own: `with trained zeta = 0`",
      });
    const start = lowerKnown(value, {}, `where \`${name.text}\` starts`, place);
    if (start === null) return null;
    starts[name.text] = start;
  }
  return Object.keys(starts).length === 0 ? reject(place, "P3006", "nothing is trained", word) : starts;
}

/** Whether numbers can train in a penalty: its slope along them is known in every step. */
function canTrain(expr: ExprIr, { trained, word }: PenalizeStatement, place: Place): true | null {
  const span = trained?.span ?? word;
  if (ownParts(expr).length > 0)
    return reject(place, "P3026", "a penalty in JavaScript trains nothing but weights", span, {
      help: "leave `with trained …` out",
    });
  if (namesIn(expr).some((name) => name === "g" || name === "g2"))
    return reject(place, "P2043", "nothing trains in a penalty over gradients", span, {
      help: "read weights, batch-norm scales or activations",
    });
  const read = mentionedIn(expr);
  const idle = trained?.numbers.find(({ name }) => !read.has(name.text));
  if (idle === undefined) return true;
  return reject(place, "P2034", `the penalty does not read \`${idle.name.text}\``, idle.span, {
    help: "leave it out, or read it: `by exp(zeta) * w^2 - zeta`",
  });
}

/** A place in which numbers that train have names. */
const inScope = (names: readonly string[], place: Place): Place => ({
  ...place,
  scope: names.reduce(
    (scope, name) => bind(scope, name, { kind: "value", value: { type: "number", ir: name } }),
    place.scope,
  ),
});

const readsActivations = (expr: ExprIr): boolean =>
  namesIn(expr).some((name) => name === "a" || name === "x");

function lowerAmong(among: Among, structure: Structure["name"], place: Place): AmongIr | null {
  const share = lowerShare(among, place);
  const by = lowerCriterion(among.by, structure, place, { by: "steps" });
  return whole({ end: among.end, share, by, scope: lowerScope(among.scope, structure, place) });
}

function lowerShare(among: Among, place: Place): ValueIr | null {
  const share = lowerMoving(among.share, ["share"], "the part of all units", place);
  if (share === null) return null;
  const good = share.ends.every((end) => shareInRange(end, among.share.span, "the part of all units", place));
  if (good) warnIdle(share.ends, "0% of the units are none", among.share.span, place);
  return good ? share.ir : null;
}

/** `freeze`: these do not train. */
export function lowerFreeze(statement: FreezeStatement, place: Place): Lowered<FreezeIr> | null {
  const structure = lowerStructure(statement.structure, place);
  const selection = lowerSelection(statement.selection, place);
  return whole({ structure }, selection, { when: lowerHolding(statement, place) });
}

/** `update only`: the other weights get decay and momentum but no gradient. */
export function lowerUpdate(statement: UpdateStatement, place: Place): Lowered<UpdateIr> | null {
  const among = lowerAmong(statement.among, "weights", place);
  const selection = lowerSelection(statement.selection, place);
  const update = whole(selection, among, { when: lowerHolding(statement, place) });
  if (update?.share === 1)
    reject(place, "P3029", "this updates all weights, as without it", statement.among.share.span);
  return update;
}
