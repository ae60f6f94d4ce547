import { thresholdOf } from "../../core/ir/amounts.js";
import { listOf } from "../../core/units/select.js";
import { structureKind } from "../../core/ir/structure.js";
import { namesIn, usualMembers } from "../../core/expr/names.js";
import type {
  AmountIr,
  CriterionIr,
  ExprIr,
  OptimizerIr,
  PruneIr,
  RegrowIr,
  RestoreIr,
  RuleIr,
  ScopeIr,
  SelectionIr,
  StructureIr,
  PatternIr,
  WhenIr,
} from "../../core/ir/types.js";
import { expressionCode, numberCode, pointCode, valueCode } from "./javascript-expressions.js";
import { quote, type Field, type Js } from "./javascript-value.js";
import type { Scope } from "./scope.js";

/** The clauses of statements as fields of the objects that `runtime/specs.ts` describes; defaults are left out. */

const field = (key: string, value: Js): Field => ({ key, value });

export function structureCode(structure: StructureIr): Js {
  if (typeof structure === "string") return quote(structure);
  if ("blocks" in structure) return `{ blocks: [${structure.blocks.join(", ")}] }`;
  const { strided, offset } = structure;
  return `{ strided: ${strided}${offset === undefined ? "" : `, offset: ${offset}`} }`;
}

export function selectionFields(selection: SelectionIr, scope: Scope): Field[] {
  const fields: Field[] = [];
  const patterns = (key: "in" | "except") => {
    const codes = listOf(selection[key]).map((pattern) => patternCode(pattern, scope));
    const [only] = codes;
    if (only !== undefined) fields.push(field(key, codes.length === 1 ? only : { list: codes }));
  };
  patterns("in");
  patterns("except");
  if (selection.where !== undefined) fields.push(field("where", expressionCode(selection.where, scope)));
  if (selection.layers) {
    fields.push(field("layers", scope.layers(selection.layers) ?? { list: selection.layers.map(quote) }));
  }
  return fields;
}

function patternCode(pattern: PatternIr, scope: Scope): string {
  if (typeof pattern === "string") return quote(pattern);
  if ("range" in pattern) return `{ range: [${pattern.range[0]}, ${pattern.range[1]}] }`;
  if ("place" in pattern) return `{ place: ${quote(pattern.place)} }`;
  if ("layer" in pattern) return `{ layer: ${quote(pattern.layer)} }`;
  const variable = scope.variable(pattern.variable);
  return variable === undefined ? `{ variable: ${quote(pattern.variable)} }` : `{ layer: ${variable} }`;
}

/** The constant that holds a criterion, or the call that makes it. */
export function criterionCode(criterion: CriterionIr, scope: Scope): string {
  return scope.criterion(criterion) ?? criterionCall(criterion, scope);
}

export function criterionCall(criterion: CriterionIr, scope: Scope): string {
  const options: string[] = [];
  const { over, under, statistics } = criterion;
  if (over !== undefined) options.push(`over: ${expressionCode(over, scope)}`);
  if (statistics) options.push(`statistics: ${quote(statistics)}`);
  if (under) options.push(`under: ${quote(under)}`);
  const tail = options.length === 0 ? "" : `, { ${options.join(", ")} }`;
  const expr = expressionCode(criterion.expr, scope);
  return `${scope.helper("criterion")}(${quote(criterion.name)}, ${expr}${tail})`;
}

export function scopeFields(scope: ScopeIr): Field[] {
  return scope === "local" ? [] : [field("scope", quote(scope))];
}

export function amountFields(amount: AmountIr, scope: Scope): Field[] {
  const fields: Field[] = [];
  for (const key of ["drop", "count", "to", "keep", "keepEach"] as const) {
    const value = amount[key];
    if (value !== undefined) fields.push(field(key, valueCode(value, scope)));
  }
  if (amount.budget !== undefined)
    fields.push(
      field("budget", {
        list: amount.budget.map(({ measure, relative, value }) => ({
          fields: [
            field("measure", quote(measure)),
            field("relative", String(relative)),
            field("value", expressionCode(value, scope)),
          ],
        })),
      }),
    );
  for (const key of ["below", "above"] as const) {
    const value = amount[key];
    if (value !== undefined) fields.push(field(key, expressionCode(value, scope)));
  }
  return fields;
}

export function whenFields(when: WhenIr, scope: Scope): Field[] {
  const fields: Field[] = [];
  if (when.every !== undefined) fields.push(field("every", expressionCode(when.every, scope)));
  if (when.at) fields.push(field("at", { list: when.at.map((value) => expressionCode(value, scope)) }));
  fields.push(field("unit", quote(when.unit)));
  if (when.during) fields.push(field("during", { list: when.during.map((end) => pointCode(end, scope)) }));
  if (when.lands) fields.push(field("lands", "true"));
  return fields;
}

/** What a rule with a criterion `over training` announces, so that it is summed from the start of its phase on. */
export function accumulateFields(rule: RuleIr, scope: Scope): Field[] {
  const sums = accumulatedBy(rule).map(({ structure, layers, by, joins, beside, ...more }) => {
    const fields = more.id === undefined ? [] : [field("id", String(more.id))];
    fields.push(
      field("structure", structureCode(structure)),
      ...selectionFields(layers, scope),
      field("by", criterionCode(by, scope)),
    );
    if (joins !== undefined && joins !== "couple") fields.push(field("joins", quote(joins)));
    if (beside !== undefined) fields.push(field("beside", expressionCode(beside, scope)));
    if (more.latent === true) fields.push(field("latent", "true"));
    return { fields };
  });
  const [only] = sums;
  if (only === undefined) return [];
  return [field("accumulate", sums.length === 1 ? only : { list: sums })];
}

interface Accumulated {
  readonly id?: number;
  readonly structure: StructureIr;
  readonly layers: SelectionIr;
  readonly by: CriterionIr;
  readonly joins?: PruneIr["joins"];
  readonly beside?: ExprIr | undefined;
  readonly latent?: boolean;
}

/** The scores of a rule that are taken over training, those of the paired regrow included. */
function accumulatedBy(rule: RuleIr): readonly Accumulated[] {
  const all: Accumulated[] = [];
  if (rule.kind === "prune") {
    const { structure, joins, regrow } = rule;
    const threshold = thresholdOf(rule);
    const beside = threshold === null ? undefined : read(threshold.value);
    all.push({
      structure,
      layers: rule,
      by: rule.by,
      joins,
      beside,
      latent: rule.manner === "latently",
    });
    if (regrow) {
      const { id, by, allocated } = regrow;
      all.push({ id, structure, layers: rule, by, joins, beside: besideOf(allocated) });
    }
  } else if (rule.kind === "restore") {
    const { structure, by, above } = rule;
    all.push({ structure, layers: rule, by, beside: read(above), latent: true });
  } else if (rule.kind === "regrow") {
    const { structure = "weights", by } = rule;
    all.push({ structure, layers: rule, by, beside: besideOf(rule.allocated) });
  }
  return all.filter(({ by }) => by.over === "training");
}

/** What reads nothing of the units is not summed. */
const read = (expr: ExprIr): ExprIr | undefined => (namesIn(expr).length === 0 ? undefined : expr);
const besideOf = (allocated: RegrowIr["allocated"]): ExprIr | undefined =>
  allocated === undefined || allocated === "evenly" ? undefined : read(allocated);

export function pruneFields(prune: PruneIr, scope: Scope): Field[] {
  const { normalized, members, manner, joins, keeping, collapse, aligned, regrow } = prune;
  const fields = [
    field("structure", structureCode(prune.structure)),
    ...selectionFields(prune, scope),
    field("by", criterionCode(prune.by, scope)),
  ];
  if (normalized) fields.push(field("normalized", quote(normalized)));
  if (members !== usualMembers(prune.by.expr, structureKind(prune.structure)))
    fields.push(field("members", quote(members)));
  fields.push(...scopeFields(prune.scope), ...amountFields(prune, scope));
  if (manner !== "held") fields.push(field("manner", quote(manner)));
  if (prune.awaitsRestore) fields.push(field("awaitsRestore", "true"));
  if (joins !== "couple") fields.push(field("joins", quote(joins)));
  if (typeof keeping === "object") fields.push(field("keeping", `{ share: ${numberCode(keeping.share)} }`));
  else if (keeping !== 1) fields.push(field("keeping", numberCode(keeping)));
  if (collapse) fields.push(field("collapse", "true"));
  if (aligned !== 1) fields.push(field("aligned", numberCode(aligned)));
  if (regrow) {
    const paired = [field("id", String(regrow.id)), ...regrowFields(regrow, scope, prune.structure)];
    fields.push(field("regrow", { fields: paired }));
  }
  return fields;
}

/** `paired`: the structure of the prune it belongs to, which settles the default of `values`. */
export function regrowFields(regrow: RegrowIr, scope: Scope, paired?: StructureIr): Field[] {
  const { structure, allocated, values, includingDropped } = regrow;
  const fields: Field[] = [];
  if (structure) fields.push(field("structure", structureCode(structure)));
  fields.push(...selectionFields(regrow, scope));
  fields.push(field("by", criterionCode(regrow.by, scope)));
  fields.push(...amountFields(regrow, scope));
  if (allocated !== undefined)
    fields.push(
      field("allocated", allocated === "evenly" ? quote(allocated) : expressionCode(allocated, scope)),
    );
  const usual = (structure ?? paired) === "weights" ? "zero" : "fresh";
  if (values !== usual) fields.push(field("values", quote(values)));
  if (includingDropped) fields.push(field("includingDropped", "true"));
  return fields;
}

export function restoreFields(restore: RestoreIr, scope: Scope): Field[] {
  return [
    field("structure", structureCode(restore.structure)),
    ...selectionFields(restore, scope),
    field("by", criterionCode(restore.by, scope)),
    field("above", expressionCode(restore.above, scope)),
  ];
}

export function optimizerCode({ name, rate, args }: OptimizerIr, scope: Scope): Js {
  const fields: string[] = rate === undefined ? [] : [`rate: ${rateCode(rate, scope)}`];
  for (const [key, value] of Object.entries(args)) {
    const isSwitch = (key === "nesterov" || key === "centered") && typeof value === "number";
    const code = isSwitch ? String(value !== 0) : expressionCode(value, scope);
    fields.push(`${key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}: ${code}`);
  }
  return `${scope.helper(name)}(${fields.length === 0 ? "" : `{ ${fields.join(", ")} }`})`;
}

function rateCode(rate: NonNullable<OptimizerIr["rate"]>, scope: Scope): string {
  if (typeof rate !== "object" || !("steps" in rate)) return valueCode(rate, scope);
  const { base, at, by } = rate.steps;
  const points = at.map((point) => pointCode(point, scope)).join(", ");
  return `${scope.helper("steps")}(${expressionCode(base, scope)}, { at: [${points}], by: ${expressionCode(by, scope)} })`;
}
