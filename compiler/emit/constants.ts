import type { CriterionIr, ExprIr, RuleIr, SelectionIr, StepIr } from "../../core/ir/types.js";
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
  const visit: Visit = (role, criterion, variables) => {
    const key = criterionKey(criterion);
    if (!found.has(key) && !mentions(criterion, variables)) found.set(key, { key, role, criterion });
  };
  for (const step of body) visitStep(step, new Set(), visit);
  return [...found.values()];
}

type Visit = (role: NamedCriterion["role"], criterion: CriterionIr, variables: ReadonlySet<string>) => void;

function visitStep(step: StepIr, variables: ReadonlySet<string>, visit: Visit): void {
  if (step.kind === "repeat" || step.kind === "for-each") {
    const inner = step.as === undefined ? variables : new Set([...variables, step.as]);
    for (const one of step.body) visitStep(one, inner, visit);
  } else if (step.kind === "train") {
    for (const rule of step.rules) visitRule(rule, variables, visit);
  } else if (step.kind === "prune" || step.kind === "regrow") {
    visitRule(step, variables, visit);
  }
}

function visitRule(rule: RuleIr, variables: ReadonlySet<string>, visit: Visit): void {
  switch (rule.kind) {
    case "prune":
      visit("criterion", rule.criterion, variables);
      if (rule.regrow) visit("criterion", rule.regrow.criterion, variables);
      break;
    case "regrow":
    case "restore":
    case "update":
      visit("criterion", rule.criterion, variables);
      break;
    case "penalize":
      visit("penalty", rule.penalty, variables);
      if (rule.among) visit("criterion", rule.among.criterion, variables);
      break;
    default:
      break;
  }
}

function mentions(criterion: CriterionIr, variables: ReadonlySet<string>): boolean {
  const over = criterion.over !== null && typeof criterion.over === "object" ? criterion.over.batches : 0;
  const reads = (expr: ExprIr): boolean =>
    typeof expr === "string"
      ? variables.has(expr)
      : typeof expr !== "number" && expr.some((part) => reads(part));
  return variables.size > 0 && (reads(criterion.expr) || reads(over));
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
function selectedLayers(body: readonly StepIr[]): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const look = (selection: SelectionIr | undefined) => {
    if (selection?.layers !== undefined) found.push(selection.layers);
  };
  const visit = (one: StepIr | RuleIr): void => {
    if ("selection" in one) look(one.selection);
    if (one.kind === "prune") look(one.regrow?.selection);
    if (one.kind === "train") one.rules.forEach(visit);
    if (one.kind === "repeat" || one.kind === "for-each") one.body.forEach(visit);
  };
  body.forEach(visit);
  return found;
}
