import { gateKind, gateNames, isGateName } from "../../../core/gates/registry.js";
import { unseen } from "../../../core/gates/unseen.js";
import type { GateArgument, GateKind } from "../../../core/gates/types.js";
import { patternOf, structureKind } from "../../../core/ir/structure.js";
import type { ExprIr, LearnIr, StructureIr, ValueIr } from "../../../core/ir/types.js";
import { isChannelwise } from "../../../core/units/candidates.js";
import type { CallLike, Expr, LearnStatement } from "../../../grammar/ast.js";
import { lowerArguments, mapped } from "../clauses/call-arguments.js";
import { lowerMoving } from "../clauses/moving.js";
import { namedArguments } from "../expressions/own-arguments.js";
import { lowerStrength } from "../clauses/strength.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerStructure, structureText } from "../clauses/structure.js";
import { inRange, lowerTyped, oneOf, shareInRange } from "../clauses/typed.js";
import { lowerHolding } from "../clauses/when.js";
import { ownNames } from "../module.js";
import { reject, whole, type Lowered, type Place } from "../lowering.js";

/** `learn masks`: gates that train beside the weights. */
export function lowerLearn(statement: LearnStatement, place: Place): Lowered<LearnIr> | null {
  const structure = lowerStructure(statement.structure, place);
  if (structure === null) return null;
  const selection = lowerSelection(statement.selection, place);
  if (statement.gate === undefined) {
    return reject(place, "P3006", "nothing says what kind of gate", statement.word, {
      help: "add a kind: `by hard-concrete`",
    });
  }
  const name = lowerKind(statement.gate, place);
  if (name === null) return null;
  const kind = isGateName(name) ? gateKind(name) : unseen;
  if (!guards(kind, name, structure, statement, place)) return null;
  const args = isGateName(name)
    ? lowerSetting(statement.gate, kind, place)
    : lowerOwnSetting(statement.gate, place);
  const to = lowerShare(statement, kind, name, place);
  if (args === null || to === null) return null;
  const learn = whole({ structure }, selection, {
    gate: isGateName(name) ? { name, args } : { name, own: true as const, args },
    to: to === "none" ? undefined : to,
    strength: lowerTerm(statement, kind, name, place),
    when: lowerHolding(statement, place),
  });
  return learn;
}

function lowerKind({ name }: CallLike, place: Place): string | null {
  if (place.scope.module.missing.has(name.text)) return null;
  const own = ownNames(place.scope.module, "gate");
  return oneOf(name, [...gateNames, ...own], "kind of gate", place, undefined, "gate");
}

/** Gates guard units that can be told apart and that nothing else decides on. */
function guards(
  kind: GateKind,
  name: string,
  structure: StructureIr,
  { structure: { span } }: LearnStatement,
  place: Place,
): true | null {
  const units = isChannelwise(structureKind(structure));
  if (structure === "layers" || patternOf(structure) !== null)
    return reject(place, "P2041", `no gate guards ${structureText(structure)}`, span, {
      help: "guard `filters`, `neurons`, `units`, `weights` or groups of them",
    });
  if (kind.guards === "either") return true;
  const { guards: meant } = kind;
  const fits =
    meant === "single weights"
      ? structure === "weights"
      : meant === "taps"
        ? structure === "taps"
        : (meant === "units") === units;
  if (fits) return true;
  return reject(place, "P2041", `\`${name}\` guards ${kind.guards}, not ${structureText(structure)}`, span, {
    help:
      meant === "units"
        ? "write `filters`, `neurons` or `units`"
        : `write \`${meant === "taps" ? "taps" : "weights"}\``,
  });
}

function lowerSetting(
  { name: { text: name }, args: written }: CallLike,
  kind: GateKind,
  place: Place,
): LearnIr["gate"]["args"] | null {
  const rows: Readonly<Record<string, GateArgument>> = kind.args;
  const readers = mapped(rows, (row, key) => (expr: Expr): ValueIr | null => {
    const value = lowerMoving(expr, ["number"], `\`${key}\``, place);
    if (value === null) return null;
    if (row.moves !== true && typeof value.ir === "object" && "moving" in value.ir)
      return reject(place, "P2028", `\`${key}\` does not move`, expr.span);
    return value.ends.every((end) => inRange(end, row, `\`${key}\``, expr.span, place)) ? value.ir : null;
  });
  const given = lowerArguments(name, written, readers, place);
  return (
    given &&
    mapped(rows, ({ usual }, key) => given[key] ?? (typeof usual === "number" ? usual : { moving: usual }))
  );
}

/** What a gate in JavaScript is given: numbers, each of which may move. What is not said is left to its JavaScript. */
const lowerOwnSetting = (
  { name: { text: name }, args: written = [] }: CallLike,
  place: Place,
): LearnIr["gate"]["args"] | null => {
  const takes = place.scope.module.javascript.get(`gate ${name}`)?.takes;
  return namedArguments(
    "gate",
    name,
    written,
    takes,
    place,
    (value, key) => lowerMoving(value, ["number", "share"], `\`${key.text}\``, place)?.ir ?? null,
  );
};

/** The share that is closed; "none" for kinds that close by themselves. */
function lowerShare(
  { amount, scope, word }: LearnStatement,
  { takesShare }: GateKind,
  name: string,
  place: Place,
): ExprIr | "none" | null {
  if (scope !== undefined && (scope.name !== "local" || !takesShare))
    return reject(place, "P3026", "gates are not ranked over several layers", scope.span, {
      help: `leave \`${scope.name}\` out`,
    });
  if (!takesShare) {
    if (amount === undefined) return "none";
    return reject(place, "P3026", `\`${name}\` closes by itself and takes no amount`, amount.span, {
      help: "leave the amount out, and prune what closed: `prune gates by gate below …`",
    });
  }
  if (amount === undefined)
    return reject(place, "P3006", "nothing says how much is closed", word, {
      help: "add the share of all that is closed in every layer: `to 50%`",
    });
  if (amount.kind !== "target")
    return reject(place, "P3026", `\`${name}\` takes the share of all that is closed`, amount.span, {
      help: "write `to 50%`",
    });
  const share = lowerTyped(amount.value, ["share"], "the share that is closed", place);
  if (share === null) return null;
  const known = typeof share.ir === "number" ? share.ir : null;
  return shareInRange(known, amount.value.span, "the share that is closed", place) && share.ir;
}

function lowerTerm(
  { strength: written }: LearnStatement,
  { term }: GateKind,
  name: string,
  place: Place,
): ValueIr | null {
  if (written === undefined) return term?.usual ?? 0;
  if (term === null)
    return reject(place, "P3026", `\`${name}\` adds nothing to the loss`, written.span, {
      help: "leave `strength` out",
    });
  return lowerStrength(written, "a strength of 0 closes nothing", place);
}
