import { countingOf } from "../../../core/ir/amounts.js";
import { patternOf, structureKind } from "../../../core/ir/structure.js";
import type { RegrowStatement } from "../../../grammar/ast.js";
import type {
  AmountIr,
  CriterionIr,
  ExprIr,
  PruneIr,
  RegrowSpelled,
  StructureIr,
} from "../../../core/ir/types.js";
import { lowerAmount } from "../clauses/amount.js";
import { lowerCriterion, outOfTraining, stepByItself } from "../clauses/criterion.js";
import { isKnownBeside, isReadable, isWhole } from "../clauses/reads.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerStructure, structureText } from "../clauses/structure.js";
import { lowerEvents } from "../clauses/when.js";
import { describe } from "../scope.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, whole, type Lowered, type Place } from "../lowering.js";

const chance: CriterionIr = { name: "random", expr: "random" };

/** `regrow`: beside the prune it acts with when `paired`, else on its own. */
export function lowerRegrow(
  statement: RegrowStatement,
  paired: PruneIr | undefined,
  place: Place,
): Lowered<RegrowSpelled> | null {
  const own = statement.structure === undefined ? undefined : lowerStructure(statement.structure, place);
  if (own === null) return null;
  const structure = own ?? paired?.structure;
  if (structure === undefined) {
    return reject(place, "P3006", "nothing says what to regrow", statement.word, {
      help: "name the structure: `regrow weights random 10%`",
    });
  }
  if (paired !== undefined && !fitsPair(statement, structure, paired, place)) return null;
  const alone = statement.when === undefined && paired === undefined ? stepByItself : null;
  const untrained = isWhole(structureKind(structure)) ? outOfTraining : alone;
  const by = lowerBy(statement, structure, untrained, place);
  const selection = lowerSelection(statement.selection, place);
  const amount = lowerHowMuch(statement, structure, paired, place);
  const allocated = lowerAllocated(statement, structure, place);
  const when = lowerEvents(statement, false, place);
  const spread = allocated === "evenly" || allocated === null ? undefined : allocated;
  if (!isKnownBeside(by, spread, statement.allocated?.span, place)) return null;
  const values = statement.values?.name ?? (hasOwnWeights(structure) ? "fresh" : "zero");
  const includingDropped = statement.includingDropped !== undefined;
  return whole({ structure: paired === undefined ? own : undefined }, selection, { by }, amount, {
    allocated,
    values,
    includingDropped,
    when,
  });
}

/** Structures whose units have an initializer to start afresh from; single weights start at zero. */
function hasOwnWeights(structure: StructureIr): boolean {
  return ["filters", "channels", "neurons", "units", "layers"].includes(structureKind(structure));
}

function fitsPair(
  statement: RegrowStatement,
  structure: StructureIr,
  paired: PruneIr,
  place: Place,
): true | null {
  const [mine, its] = [structureText(structure), structureText(paired.structure)];
  if (mine !== its) {
    return reject(
      place,
      "P3026",
      `this regrows ${mine}, and the prune it acts with drops ${its}`,
      statement.structure?.span ?? statement.word,
      { help: "give the regrow a when-clause of its own, or leave its structure out" },
    );
  }
  const soft = paired.manner === "softly" || paired.manner === "latently";
  if (soft) {
    return reject(
      place,
      "P3015",
      `units that die ${paired.manner} come back by themselves and take no regrow`,
      statement.word,
      { help: `leave the regrow out, or leave \`${paired.manner}\` out` },
    );
  }
  const once =
    typeof paired.to === "number" ||
    countingOf(paired)?.kind === "keep" ||
    patternOf(paired.structure) !== null;
  if (once && statement.amount === undefined) {
    return reject(
      place,
      "P3013",
      "the prune it acts with drops nothing once its target is reached",
      statement.word,
      {
        notes: [
          "the first event drops units that were not dead before it, later ones drop none: nothing would regrow",
        ],
        help: "prune a share of the living (`amount 30%`), or say how much to regrow: `regrow random 10%`",
      },
    );
  }
  return true;
}

function lowerBy(
  statement: RegrowStatement,
  structure: StructureIr,
  untrained: typeof outOfTraining | typeof stepByItself | null,
  place: Place,
): CriterionIr | null {
  if (statement.random) return chance;
  if (statement.criterion !== undefined)
    return lowerCriterion(statement.criterion, structureKind(structure), place, {
      by: "events",
      untrained,
      ofDead: true,
    });
  return reject(place, "P3006", "nothing says which units come back", statement.word, {
    help: "write `regrow random` or `regrow by abs(g)`",
  });
}

/** How much comes back; undefined where it is what the paired prune dropped. */
function lowerHowMuch(
  statement: RegrowStatement,
  structure: StructureIr,
  paired: PruneIr | undefined,
  place: Place,
): AmountIr | undefined | null {
  const { amount } = statement;
  if (amount === undefined) {
    if (paired !== undefined) return undefined;
    return reject(place, "P3006", "nothing says how much comes back", statement.word, {
      help: "add a share of the dead: `regrow weights random 10%`",
    });
  }
  if (amount.kind !== "drop") {
    return reject(place, "P3026", "a regrow takes a share of the dead or a number of units", amount.span);
  }
  return lowerAmount(amount, structureKind(structure), undefined, place);
}

function lowerAllocated(
  statement: RegrowStatement,
  structure: StructureIr,
  place: Place,
): "evenly" | ExprIr | undefined | null {
  const by = statement.allocated?.by;
  if (by === undefined || by === "evenly") return by;
  const value = infer(by, expressions(place, "score"));
  if (value === null) return null;
  if (value.type === "unit" || value.type === "number")
    return isReadable(value.ir, structureKind(structure), "event", by.span, place) ? value.ir : null;
  return reject(
    place,
    "P2030",
    `an allocation is one number per layer, not ${describe(value.type)}`,
    by.span,
    { help: "reduce it over the living units of the layer: `allocated by mean(abs(m))`" },
  );
}
