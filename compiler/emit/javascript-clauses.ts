import { thresholdOf } from "../../core/ir/amounts.js";
import { declaredFields, usualMembersOf, usualValuesOf } from "../../core/ir/defaults.js";
import { namesIn } from "../../core/expr/names.js";
import { agentKind } from "../../core/search/registry.js";
import { isSwitch } from "../../core/ir/optimizers.js";
import type {
  CallIr,
  CompensatingIr,
  CriterionIr,
  ExprIr,
  LearnIr,
  OptimizerIr,
  PatternIr,
  PrunedIr,
  PruneIr,
  RegrowIr,
  RuleIr,
  SearchIr,
  StructureIr,
  TrainIr,
} from "../../core/ir/types.js";
import { expressionCode, givenFields, numberCode, pointCode, valueCode } from "./javascript-expressions.js";
import { alongLists } from "../../core/ir/walk.js";
import { quote, type Field, type Js } from "./javascript-value.js";
import type { Scope } from "./scope.js";

/** Statements as the objects that loops hand to the runtime: those of the IR, with what is usual left out. */

/** Said elsewhere in a loop: by the call, by `settings.statements`, where the rule is announced. */
const elsewhere: ReadonlySet<string> = new Set([
  "kind",
  "id",
  "text",
  "when",
  "regrow",
  "body",
  "as",
  "what",
  "path",
  "rules",
  "implicit",
]);

/** The fields of an object of a declared shape, in the order of its declaration; `usual` is what follows from other fields. */
export function fieldsOf(shape: string, object: object, scope: Scope, usual: object = {}): Field[] {
  const given = new Map<string, unknown>(Object.entries(object));
  const left = new Map([...declaredFields(shape), ...Object.entries(usual)]);
  return [...left].flatMap(([key, unsaid]) => {
    const value = given.get(key);
    if (elsewhere.has(key) || value === undefined || JSON.stringify(value) === JSON.stringify(unsaid))
      return [];
    return [{ key, value: code(key, value, scope) }];
  });
}

export function pruneFields(prune: PruneIr, scope: Scope): Field[] {
  const fields = fieldsOf("prune", prune, scope, { members: usualMembersOf(prune) });
  const { regrow, structure } = prune;
  if (regrow === undefined) return fields;
  const paired = [{ key: "id", value: String(regrow.id) }, ...regrowFields(regrow, scope, structure)];
  return [...fields, { key: "regrow", value: { fields: paired } }];
}

/** `paired`: the structure of the prune it belongs to, which settles the default of `values`. */
export const regrowFields = (regrow: RegrowIr, scope: Scope, paired?: StructureIr): Field[] =>
  fieldsOf("regrow", regrow, scope, { values: usualValuesOf(regrow.structure ?? paired) });

/** A phase, with the rules that hold all along. `last`: code that tells whether no training follows. */
export function trainFields(train: TrainIr, last: string | null, scope: Scope): Field[] {
  const { snapshots, ...phase } = train;
  const own = fieldsOf("train", phase, scope).map((field) =>
    field.key === "epochs" && train.implicit ? { ...field, value: "epochs" } : field,
  );
  const lists = alongLists.flatMap(([key, kind]) => {
    const rules = train.rules.filter((rule) => rule.kind === kind);
    return rules.length === 0 ? [] : [{ key, value: { list: rules.map((rule) => alongCode(rule, scope)) } }];
  });
  const ends = last === null ? [] : [{ key: "last", value: last }];
  return [...own, ...lists, ...ends, ...fieldsOf("train", { snapshots }, scope)];
}

function alongCode(rule: RuleIr, scope: Scope): Js {
  const id: Field = { key: "id", value: String(rule.id), comment: [rule.text] };
  return { fields: [id, ...fieldsOf(rule.kind, rule, scope), ...fieldsOf("when", rule.when ?? {}, scope)] };
}

/** What a rule with a criterion `over training` announces, so that it is summed from the start of its phase on. */
export function accumulateFields(rule: RuleIr, scope: Scope): Field[] {
  const sums = accumulatedBy(rule)
    .filter(({ by }) => by.over === "training")
    .map(({ id, ...one }) => ({
      fields: [
        ...(id === undefined ? [] : [{ key: "id", value: String(id) }]),
        ...fieldsOf("accumulated", one, scope),
      ],
    }));
  const [only] = sums;
  if (only === undefined) return [];
  return [{ key: "accumulate", value: sums.length === 1 ? only : { list: sums } }];
}

interface Accumulated {
  /** Of a paired regrow; unset: that of the rule. */
  readonly id?: number;
  readonly by: CriterionIr;
  readonly [field: string]: unknown;
}

/** The scores of a rule, those of its paired regrow included, with what stands beside them. */
function accumulatedBy(rule: RuleIr): readonly Accumulated[] {
  const besides = ({ allocated }: RegrowIr) => (allocated === "evenly" ? undefined : read(allocated));
  switch (rule.kind) {
    case "prune": {
      const { id: _, regrow, ...of } = rule;
      const own = { ...of, beside: read(thresholdOf(rule)?.value), latent: rule.manner === "latently" };
      return regrow === undefined
        ? [own]
        : [own, { ...rule, id: regrow.id, by: regrow.by, beside: besides(regrow) }];
    }
    case "restore": {
      const { id: _, ...of } = rule;
      return [{ ...of, beside: read(rule.above), latent: true }];
    }
    case "regrow": {
      const { id: _, ...of } = rule;
      return [{ structure: "weights", ...of, beside: besides(rule) }];
    }
    default:
      return [];
  }
}

/** What reads nothing of the units is not summed. */
const read = (expr: ExprIr | undefined): ExprIr | undefined =>
  expr === undefined || namesIn(expr).length === 0 ? undefined : expr;

/** Fields that hold more than plain data. */
const codes: Readonly<Record<string, (value: never, scope: Scope) => Js>> = {
  in: patternsCode,
  except: patternsCode,
  layers: (layers: readonly string[], scope) => scope.layers(layers) ?? { list: layers.map(quote) },
  by: (by: CriterionIr | CallIr, scope) =>
    typeof by === "object" && "expr" in by ? criterionCode(by, scope) : code("", by, scope),
  gate: ({ args, ...gate }: LearnIr["gate"], scope) => ({
    fields: [
      { key: "name", value: quote(gate.name) },
      ...("own" in gate ? [{ key: "own", value: "true" }] : []),
      {
        key: "args",
        value: {
          fields: Object.entries(args).map(([key, value]) => ({ key, value: valueCode(value, scope) })),
        },
      },
    ],
  }),
  compensating: (compensating: CompensatingIr, scope) => {
    if (!("own" in compensating)) return code("", compensating, scope);
    const { method, args, batches, points } = compensating;
    // What it is worked out on is known to itself.
    return {
      fields: [
        { key: "method", value: quote(method) },
        { key: "own", value: "true" },
        { key: "args", value: { fields: givenFields(args) } },
        { key: "batches", value: numberCode(batches) },
        { key: "points", value: numberCode(points) },
      ],
    };
  },
  agent: ({ name, args }: SearchIr["agent"]) => {
    const usual = agentKind(name).args;
    const said = Object.entries(args).filter(([key, value]) => value !== usual[key]?.usual);
    const fields = said.map(([key, value]) => ({ key, value: numberCode(value) }));
    return {
      fields: [
        { key: "name", value: quote(name) },
        { key: "args", value: { fields } },
      ],
    };
  },
  optimizer: optimizerCode,
  among: (among: object, scope) => ({ fields: fieldsOf("among", among, scope) }),
  toward: (toward: PrunedIr, scope) => ({
    fields: [{ key: "kind", value: quote(toward.kind) }, ...fieldsOf("pruned", toward, scope)],
  }),
  at: (moments: readonly ExprIr[], scope) => ({
    list: moments.map((moment) => expressionCode(moment, scope)),
  }),
  allocated: (allocated: ExprIr, scope) =>
    allocated === "evenly" ? quote(allocated) : expressionCode(allocated, scope),
  ...Object.fromEntries(
    [
      "where",
      "below",
      "above",
      "every",
      "epochs",
      "steps",
      "over",
      "beside",
      "batch",
      "bits",
      "until",
      "while",
      "maximizing",
    ].map((key) => [key, expressionCode]),
  ),
  ...Object.fromEntries(
    ["drop", "count", "to", "keep", "keepEach", "value", "share", "strength"].map((key) => [key, valueCode]),
  ),
};

/** What a field holds, as code. */
function code(key: string, value: unknown, scope: Scope): Js {
  const own = Object.hasOwn(codes, key) ? codes[key] : undefined;
  if (own !== undefined) return own(value as never, scope);
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return numberCode(value);
  if (Array.isArray(value)) return { list: value.map((item: unknown) => code("", item, scope)) };
  if (typeof value !== "object" || value === null) return String(value);
  return {
    fields: Object.entries(value).map(([name, inner]) => ({ key: name, value: code(name, inner, scope) })),
  };
}

function patternsCode(patterns: PatternIr | readonly PatternIr[], scope: Scope): Js {
  if (Array.isArray(patterns))
    return { list: patterns.map((pattern: PatternIr) => patternsCode(pattern, scope)) };
  if (typeof patterns !== "object" || !("variable" in patterns)) return code("", patterns, scope);
  const variable = scope.variable(patterns.variable);
  return variable === undefined ? code("", patterns, scope) : { fields: [{ key: "layer", value: variable }] };
}

/** The constant that holds a criterion, or the call that makes it. */
function criterionCode(criterion: CriterionIr, scope: Scope): string {
  return scope.criterion(criterion) ?? criterionCall(criterion, scope);
}

export function criterionCall(criterion: CriterionIr, scope: Scope): string {
  const { name, expr, over, probes, statistics, under } = criterion;
  const options: string[] = [];
  if (over !== undefined) options.push(`over: ${expressionCode(over, scope)}`);
  if (probes !== undefined) options.push(`probes: ${expressionCode(probes, scope)}`);
  if (statistics) options.push(`statistics: ${quote(statistics)}`);
  if (typeof under === "string") options.push(`under: ${quote(under)}`);
  else if (under) {
    const { loss, temperature } = under;
    const more = temperature === undefined ? "" : `, temperature: ${numberCode(temperature)}`;
    options.push(`under: { loss: ${quote(loss)}${more} }`);
  }
  const tail = options.length === 0 ? "" : `, { ${options.join(", ")} }`;
  return `${scope.helper("criterion")}(${quote(name)}, ${expressionCode(expr, scope)}${tail})`;
}

function optimizerCode({ name, rate, args }: OptimizerIr, scope: Scope): Js {
  const fields: string[] = rate === undefined ? [] : [`rate: ${rateCode(rate, scope)}`];
  for (const [key, value] of Object.entries(args)) {
    const code =
      isSwitch(key) && typeof value === "number" ? String(value !== 0) : expressionCode(value, scope);
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
