import type { Structure } from "../../../grammar/ast.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import {
  isName,
  mentionedIn,
  nameRow,
  momentsIn,
  namesIn,
  secondOrderIn,
  withoutValue,
  type Name,
  type Place as Where,
} from "../../../core/expr/names.js";
import { kindSaid } from "../../../core/gates/registry.js";
import { isGateScore, type GateScore } from "../../../core/gates/types.js";
import { structureKind } from "../../../core/ir/structure.js";
import { structureText } from "./structure.js";
import { argumentsOf, operatorOf } from "../../../core/expr/operators.js";
import { penaltyKind, takeApart } from "../../../core/expr/mixed.js";
import { isOwn, ownName, ownParts } from "../../../core/expr/own.js";
import { batchTerms, foreignToSamples } from "../../../core/expr/terms.js";
import type { CriterionIr, ExprIr } from "../../../core/ir/types.js";
import { isChannelwise } from "../../../core/units/candidates.js";
import { reject, type Place, type Learned } from "../lowering.js";

type StructureName = Structure["name"];

/** Whether units of a structure are whole: channels, or the branches that `layers` are. */
export const isWhole = (structure: StructureName): boolean =>
  structure === "layers" || (structure !== "n:m" && isChannelwise(structure));

/** Whether everything that an expression reads has a value for the structure, where it is worked out; else says why not. */
export function isReadable(
  ir: ExprIr,
  structure: StructureName,
  where: Where | "penalty",
  span: Span,
  place: Place,
): true | null {
  const read = namesIn(ir);
  for (const name of read) {
    const { refusal } = nameRow(name);
    if (refusal === null) continue;
    return reject(place, refusal.code, refusal.message(name), span, { help: refusal.help });
  }
  for (const name of read)
    if (isGateScore(name) && !gatesGive(name, structure, where === "penalty", span, place)) return null;
  for (const name of read) {
    const { of } = nameRow(name);
    if (of !== "any" && !isWhole(structure)) {
      return reject(place, "P2031", `\`${name}\` belongs to whole units, not to ${structure}`, span, {
        help: "score `filters`, `neurons` or `units` by it",
      });
    }
    if (of === "units" && structure === "layers" && momentsIn([name]) !== undefined) {
      return reject(place, "P2031", `\`${name}\` belongs to units that others read, not to branches`, span, {
        help: "score `filters`, `neurons`, `channels` or `units` by it",
      });
    }
    if (of === "made units" && structure === "channels") {
      return reject(
        place,
        "P2031",
        `\`${name}\` is taken where activations are made, and channels are where they are read`,
        span,
        { help: "score `filters`, `neurons` or `units` by it: they are the same channels" },
      );
    }
  }
  if (where === "penalty") return true;
  const lost = withoutValue([ir], where);
  if (lost !== undefined) {
    return reject(place, "P2031", lost.message, span, { help: lost.help });
  }
  const apart = namesIn(...batchTerms([ir]).map(({ inner }) => inner));
  const whole = secondOrderIn(apart) ?? momentsIn(apart);
  if (whole !== undefined) {
    return reject(place, "P2031", `\`${whole}\` has no value batch by batch`, span, {
      notes: [
        secondOrderIn(apart) === whole
          ? "it is a difference of gradients that are averaged over all batches"
          : "it is worked out from what layers read in all batches",
      ],
      help: "leave `batches(…)` out",
    });
  }
  return isTakenApart(ir, structure, span, place);
}

/** Whether masks learned above give units of this structure such a score; else says why not. */
function gatesGive(
  name: GateScore,
  structure: StructureName,
  penalized: boolean,
  span: Span,
  place: Place,
): true | null {
  if (place.learned.length === 0)
    return reject(place, "P2040", `no masks are learned above whose \`${name}\` could be read`, span, {
      help: "gates are trained by `learn masks on filters by hard-concrete strength …`; `slim` and `harden masks` end them",
    });
  // What is wrong with a mistaken one was said there.
  if (place.learned.includes(null)) return true;
  const known = place.learned.filter((one) => one !== null);
  const alike = known.filter(({ structure: guarded }) =>
    isWhole(structure) ? isWhole(structureKind(guarded)) : structureKind(guarded) === structure,
  );
  const [other] = known;
  if (alike.length === 0)
    return reject(place, "P2041", `no masks of ${structure} are learned above`, span, {
      help: `those learned are of ${other === undefined ? "others" : structureText(other.structure)}: score these by \`${name}\``,
    });
  const has = ({ gate }: Learned): readonly string[] => Object.keys(kindSaid(gate).scores);
  if (penalized && alike.every(({ gate }) => kindSaid(gate).scores[name]?.back === null))
    return reject(place, "P2034", `\`${name}\` of \`${alike[0]?.gate.name ?? ""}\` has no slope`, span, {
      notes: ["it is a mean over steps that are past"],
      help: "leave the penalty out",
    });
  if (alike.some((one) => has(one).includes(name))) return true;
  const [first] = alike;
  return reject(place, "P2041", `\`${first?.gate.name ?? ""}\` has no \`${name}\``, span, {
    help: `score by ${(first === undefined ? [] : has(first)).map((one) => `\`${one}\``).join(" or ")}`,
  });
}

/** Whether a threshold or an allocation has a value where the score beside it is taken: over training, or at the event. */
export function isKnownBeside(
  by: CriterionIr | null,
  ir: ExprIr | undefined,
  span: Span | undefined,
  place: Place,
): true | null {
  if (by?.over !== "training" || ir === undefined || span === undefined) return true;
  const lost = withoutValue([ir], "training");
  return lost === undefined ? true : reject(place, "P2031", lost.message, span, { help: lost.help });
}

/** Whether what is dead, and ranked here, has what a score reads: second derivatives are of the network as it computes. */
export function isKnownOfTheDead(ir: ExprIr, span: Span, place: Place): true | null {
  const read = namesIn(ir);
  const second = secondOrderIn(read) ?? momentsIn(read);
  if (second === undefined) return true;
  return reject(place, "P2031", `\`${second}\` is of what lives, and this ranks what is dead`, span, {
    notes: [
      secondOrderIn(read) === second
        ? "second derivatives are those of the network as it computes"
        : "what layers read is what the network computes",
    ],
    help: "score by weights or gradients: `by magnitude`, `by abs(g)`",
  });
}

/** Whether a penalty can pull on something: it has a slope that a step of training can follow. */
export function canPull(ir: ExprIr, structure: StructureName, span: Span, place: Place): true | null {
  // What it reads was looked at with its definition, and its slope is taken where it runs.
  if (isOwn(ir)) return true;
  const [own] = ownParts(ir);
  if (own !== undefined)
    return reject(place, "P3026", `the penalty \`${ownName(own)}\` in JavaScript stands alone`, span, {
      help: "write two penalties, or one in JavaScript that holds both",
    });
  for (const name of namesIn(ir)) {
    const { penalty } = nameRow(name);
    if ("code" in penalty)
      return reject(place, penalty.code, penalty.message(name), span, { help: penalty.help });
  }
  if (!slopes(ir)) {
    return reject(place, "P2034", "nothing in this penalty depends on what is trained", span, {
      notes: ["draws, counts, statistics of layers, comparisons and signs count as constant"],
      help: "read weights, gates, batch-norm scales or activations: `by l1`, `by gate`, `by abs(gamma)`, `by mean(abs(a))`",
    });
  }
  const { members } = takeApart(ir, structure);
  const other = members.flatMap(({ inner }) =>
    [...mentionedIn(inner)].filter((name) => !isName(name) || !isOfWeights(name)),
  )[0];
  if (other !== undefined)
    return reject(place, "P2027", `what is taken of each member cannot read \`${other}\``, span, {
      notes: [
        "the members of a unit differ by their weights; all that it passes and gives belongs to the unit",
      ],
      help: "read weights: `members.std(norm(w))`",
    });
  if (penaltyKind(ir, structure) !== "mixed") return true;
  const gradient = namesIn(ir).find((name) => name === "g" || name === "g2");
  if (gradient !== undefined)
    return reject(
      place,
      "P2043",
      `\`${gradient}\` is known too late for what passes through the network`,
      span,
      {
        notes: [
          "gradients are there once the pass has gone back; their slopes are taken by passes of their own",
        ],
        help: "read weights beside gradients, and nothing else: `by abs(w * g)`",
      },
    );
  return isTakenApart(ir, structure, span, place);
}

const isOfWeights = (name: Name): boolean => {
  const { penalty, type } = nameRow(name);
  return type !== "activation" && "of" in penalty && penalty.of === "weights";
};

/** Whether what an expression reads of activations can be reduced by itself. */
function isTakenApart(ir: ExprIr, structure: StructureName, span: Span, place: Place): true | null {
  const foreign = foreignToSamples(ir, structure === "channels");
  if (foreign === undefined) return true;
  return reject(
    place,
    "P2027",
    `what runs over activations cannot read \`${foreign}\` place by place`,
    span,
    {
      notes: ["it is taken batch by batch, before anything else is known"],
      help: "reduce the activations by themselves and join the results: `mean(abs(a)) / size`",
    },
  );
}

/** Whether an expression has a slope along something that trains. */
function slopes(expr: ExprIr): boolean {
  if (typeof expr === "string")
    return namesIn(expr).some((name) => {
      const { penalty } = nameRow(name);
      return "of" in penalty && penalty.slope;
    });
  if (typeof expr === "number") return false;
  const operator = operatorOf(expr[0]);
  if (operator === undefined) return false;
  if (operator.slope === null && operator.weight === null && operator.type !== "members") return false;
  return argumentsOf(expr).some(slopes);
}
