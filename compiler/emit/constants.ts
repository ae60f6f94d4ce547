import type { CriterionIr, ExprIr, StepIr } from "../../core/ir/types.js";
import { criteriaOf, placed, statements, withPaired } from "../../core/ir/walk.js";
import { criterionKey } from "./scope.js";

/** A criterion that becomes a constant of the module. */
export interface NamedCriterion {
  readonly key: string;
  readonly role: "criterion" | "penalty";
  readonly criterion: CriterionIr;
}

/** The criteria and penalties of a program in order of appearance, each once; those that move with a loop left out. */
export function constantCriteria(body: readonly StepIr[]): readonly NamedCriterion[] {
  const found = new Map<string, NamedCriterion>();
  for (const { statement, around } of placed(body)) {
    const variables = new Set(around.flatMap(({ as }) => as ?? []));
    for (const criterion of criteriaOf(statement)) {
      const key = criterionKey(criterion);
      const isPenalty = statement.kind === "penalize" && criterion === statement.by;
      if (!found.has(key) && !mentions(criterion, variables))
        found.set(key, { key, role: isPenalty ? "penalty" : "criterion", criterion });
    }
  }
  return [...found.values()];
}

function mentions(criterion: CriterionIr, variables: ReadonlySet<string>): boolean {
  const reads = (expr: ExprIr): boolean =>
    typeof expr === "string"
      ? variables.has(expr)
      : typeof expr !== "number" && expr.some((part) => reads(part));
  return variables.size > 0 && [criterion.expr, criterion.over ?? 0, criterion.probes ?? 0].some(reads);
}

/** Shorter lists of layers stand where they are used. */
const longList = 4;

/** The lists of layers that become constants, by their JSON. */
export function layerLists(body: readonly StepIr[]): ReadonlyMap<string, readonly string[]> {
  const long = selectedLayers(body).filter((layers) => layers.length >= longList);
  return new Map(long.map((layers) => [JSON.stringify(layers), layers]));
}

/** Whether a body holds paths of layers, found in the network it was compiled for. */
export function namesLayers(body: readonly StepIr[]): boolean {
  return selectedLayers(body).some((layers) => layers.length > 0);
}

/** The layers that statements were found to select, statement by statement. */
const selectedLayers = (body: readonly StepIr[]): readonly (readonly string[])[] =>
  statements(body)
    .flatMap(withPaired)
    .flatMap((one) => ("layers" in one && one.layers !== undefined ? [one.layers] : []));
