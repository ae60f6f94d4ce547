import type { CallLike, Criterion, Expr, Structure } from "../../../grammar/ast.js";
import { namesIn, needsData, needsGradients, readsDiagonal } from "../../../core/expr/names.js";
import { isLookedInto, ownParts } from "../../../core/expr/own.js";
import {
  losses,
  type CriterionIr,
  type ExprIr,
  type LossName,
  type ScoredLossIr,
} from "../../../core/ir/types.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import { describe } from "../scope.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";
import { sourceText } from "../scope.js";
import { lowerArguments } from "./call-arguments.js";
import { canPull, isKnownOfTheDead, isReadable } from "./reads.js";
import { constant, inRange, lowerKnown, lowerTyped } from "./typed.js";

/** Whether JavaScript in it may read anything, since nobody looked into it. */
const isUnknown = (ir: ExprIr): boolean => !ownParts(ir).every(isLookedInto);

/** Batches for one event, and probes: more would never end. */
const mostBatches = 1e6;
const mostProbes = 1e4;
const objectives = ["loss", "synflow"] as const;
type Objective = (typeof objectives)[number] | ScoredLossIr;
const elementStructures: ReadonlySet<string> = new Set(["weights", "taps", "n:m"]);

/** Where a score or a penalty is worked out, and what that leaves to say of it. */
export type Use =
  /** By events; `untrained` says why nothing can be accumulated for them over training, `ofDead` that what is dead is scored too. */
  | {
      readonly by: "events";
      readonly untrained: { readonly why: string; readonly help: string } | null;
      readonly ofDead?: boolean;
    }
  /** In every step of training, to choose among units or as a term of the loss. */
  | { readonly by: "steps" }
  | { readonly by: "penalty" };

/** How units are scored (or penalized): its expression with every declared name put in, and what computing it needs. */
export function lowerCriterion(
  criterion: Criterion,
  structure: Structure["name"],
  place: Place,
  use: Use,
): CriterionIr | null {
  const found: CallLike[] = [];
  const vocabulary = use.by === "penalty" ? "penalty" : "score";
  const value = infer(criterion.expr, { ...expressions(place, vocabulary), under: { found } });
  if (value === null) return null;
  const { span } = criterion.expr;
  if (value.type === "share") {
    return reject(place, "P2029", "a percentage stands where the score is meant", span, {
      help: "say by what and how much: `by l1 50%`",
    });
  }
  const isScore = value.type === "unit" || value.type === "element" || value.type === "activation";
  if (!isScore) {
    return reject(place, "P2030", `a score reads the units, and this is ${describe(value.type)}`, span, {
      help: "use the tensors of units (`w`, `g`, `a`, `gamma`, …) or a declared criterion: `by l1`",
    });
  }
  const byElement = elementStructures.has(structure);
  if (byElement && value.type === "activation") {
    return reject(place, "P2031", `activations belong to whole units, not to ${structure}`, span, {
      help: "score `filters`, `neurons` or `units` by them",
    });
  }
  const ir: ExprIr = value.type === "unit" || byElement ? value.ir : ["sum", value.ir];
  const where =
    use.by === "events" ? (criterion.over?.batches === "training" ? "training" : "event") : "step";
  if (use.by === "penalty" && !canPull(ir, structure, span, place)) return null;
  if (!isReadable(ir, structure, use.by === "penalty" ? "penalty" : where, span, place)) return null;
  if (use.by === "events" && use.ofDead === true && !isKnownOfTheDead(ir, span, place)) return null;
  const under = lowerObjective(criterion.under, found, place);
  if (under === null || !objectiveFits(criterion, ir, under, use, place)) return null;
  const over = lowerOver(criterion, ir, under, use, place);
  if (over === undefined) return null;
  const probes = lowerProbes(criterion, ir, place);
  if (probes === undefined) return null;
  const statistics = lowerStatistics(criterion, ir, over, under, use, place);
  if (statistics === undefined) return null;
  const name = sourceText(place.scope.module, span);
  return {
    name,
    expr: ir,
    ...(over !== null && { over }),
    ...(probes !== null && { probes }),
    ...(statistics === "batch" && { statistics }),
    ...(under !== "loss" && { under }),
  };
}

/** The objective that gradients differentiate: the clause's, else the declaration's, else the loss. */
function lowerObjective(
  written: CallLike | undefined,
  found: readonly CallLike[],
  place: Place,
): Objective | null {
  const chosen = written ?? found[0];
  if (chosen === undefined) return "loss";
  const name = chosen.name.text;
  const other = found.find((one) => one.name.text !== name);
  if (other !== undefined) {
    return reject(
      place,
      "P3026",
      `one score cannot differentiate both \`${name}\` and \`${other.name.text}\``,
      (written ?? other).span,
    );
  }
  if (name === "loss" || name === "synflow") {
    if (chosen.args !== undefined && chosen.args.length > 0) {
      return reject(place, "P2023", `\`${name}\` takes no arguments`, chosen.span);
    }
    return name;
  }
  const loss = losses.find((one) => one === name);
  if (loss === undefined) {
    return reject(place, "P2002", `there is no objective \`${name}\``, chosen.name.span, {
      ...unknownName(undefined, name, chosen.name.span, [...objectives, ...losses]),
    });
  }
  return lowerScoredLoss(loss, chosen, place);
}

/** `under cross-entropy(temperature: 200)`: a loss that nothing is trained by. */
function lowerScoredLoss(loss: LossName, { args }: CallLike, place: Place): ScoredLossIr | null {
  const temperature = (value: Expr) => lowerKnown(value, { least: 0, above: true }, "`temperature`", place);
  const given = lowerArguments<{ temperature?: number }>(
    loss,
    args,
    loss === "cross-entropy" ? { temperature } : {},
    place,
  );
  return given && { loss, ...given };
}

/** Whether an objective is one that the gradients at hand are of; where none is read it would do nothing. */
function objectiveFits(
  criterion: Criterion,
  ir: ExprIr,
  under: Objective,
  use: Use,
  place: Place,
): true | null {
  const span = criterion.under?.span ?? criterion.expr.span;
  if (criterion.under !== undefined && !isUnknown(ir) && !needsGradients(namesIn(ir))) {
    return reject(
      place,
      "P3026",
      "this score reads no gradients, so there is nothing that an objective would change",
      span,
      { help: "leave `under …` out" },
    );
  }
  const inSteps =
    use.by !== "events" || (typeof under === "object" && criterion.over?.batches === "training");
  if (!inSteps || under === "loss") return true;
  return reject(
    place,
    "P3026",
    "in every step of training there are the gradients of its loss, and of nothing else",
    span,
    { help: "score by gradients of the loss: `by abs(w * g)`" },
  );
}

/** What batch norms normalise by while a score is computed; undefined once a mistake was reported. */
function lowerStatistics(
  { statistics }: Criterion,
  ir: ExprIr,
  over: ExprIr | null,
  under: Objective,
  use: Use,
  place: Place,
): "batch" | "stored" | undefined {
  if (statistics === undefined) return "stored";
  const refuse = (message: string): undefined => {
    reject(place, "P3026", message, statistics.span, {
      help: `leave \`with ${statistics.of} statistics\` out`,
    });
  };
  if (!isUnknown(ir) && !needsData(namesIn(ir), under))
    return refuse("this score reads no data, so no batch norm normalises anything for it");
  if (use.by !== "events" || over === "training")
    return refuse(
      "this is worked out in the steps of training, which normalise by the statistics of their batch",
    );
  return statistics.of;
}

/** How many batches a score averages over, null where it is as usual; undefined once a mistake was reported. */
function lowerOver(
  criterion: Criterion,
  ir: ExprIr,
  under: Objective,
  use: Use,
  place: Place,
): ExprIr | null | undefined {
  const data = isUnknown(ir) || needsData(namesIn(ir), under);
  if (criterion.over === undefined) return null;
  const { batches, span } = criterion.over;
  if (batches === undefined) return null;
  const refuse = (message: string, help: string): undefined => {
    reject(place, "P3026", message, span, { help });
  };
  if (!data)
    return refuse("this score reads no data, so there are no batches to take it over", "leave `over …` out");
  if (use.by !== "events")
    return refuse(
      "this is worked out in every step of training, on the batch of that step",
      "leave `over …` out",
    );
  if (batches === "training")
    return use.untrained === null ? "training" : refuse(use.untrained.why, use.untrained.help);
  return lowerCount(batches, "batches", mostBatches, place);
}

/** How many probes the diagonal of the Hessian is estimated from, null for one; undefined once a mistake was reported. */
function lowerProbes({ over }: Criterion, ir: ExprIr, place: Place): ExprIr | null | undefined {
  if (over?.probes === undefined) return null;
  if (isUnknown(ir) || readsDiagonal(namesIn(ir)))
    return lowerCount(over.probes, "probes", mostProbes, place);
  reject(place, "P3026", "this score does not read `h`, which is what probes are for", over.probes.span, {
    help: "leave `… probes` out",
  });
  return undefined;
}

/** A whole number of `what` from 1, null for 1; undefined once a mistake was reported. */
function lowerCount(written: Expr, what: string, most: number, place: Place): ExprIr | null | undefined {
  const count = lowerTyped(written, ["number"], `a number of ${what}`, place);
  if (count === null) return undefined;
  if (typeof count.ir === "number" && (count.ir < 1 || !Number.isInteger(count.ir))) {
    reject(place, "P3007", `${what} are counted in whole numbers from 1`, written.span);
    return undefined;
  }
  if (!inRange(constant(count), { most }, `a number of ${what}`, written.span, place)) return undefined;
  return count.ir === 1 ? null : count.ir;
}

/** Nothing trains while a step of the program acts. */
export const stepByItself = {
  why: "nothing trains while a step acts, so nothing is accumulated for it",
  help: "write `over N batches`, or give it a when-clause in a training: `at epoch 1`",
} as const;
/** Why regrowing whole units cannot be scored by sums over training. */
export const outOfTraining = {
  why: "dead units take no part in training, so nothing of them is accumulated",
  help: "write `over N batches`: their last weights are put back for a pass of their own",
} as const;
