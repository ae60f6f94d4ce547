import { raise } from "../core/diagnostics/create.js";
import {
  declaredFields,
  pruneWithDefaults,
  regrowWithDefaults,
  trainWithDefaults,
  withDefaults,
} from "../core/ir/defaults.js";
import type {
  CriterionIr,
  PruneIr,
  QuantizeIr,
  RegrowIr,
  ReinitializeIr,
  RestoreIr,
  RuleIr,
  SearchIr,
  SelectionIr,
  StructureIr,
  TrainIr,
  WhenIr,
} from "../core/ir/types.js";
import { mistakesIn } from "../core/ir/validate.js";
import { alongLists, type Along } from "../core/ir/walk.js";
import { argumentsOfOwn, mapOwn, ownName, ownParts, ownReading } from "../core/expr/own.js";
import { javascript, type JavaScriptKind } from "../core/ir/imports.js";
import { criterion as criterionOf } from "./expressions.js";
import { checkTaken, type OwnOfProgram } from "./own/functions.js";
import type {
  AccumulateSpec,
  CriterionSpec,
  FreezeSpec,
  LearnSpec,
  PenaltySpec,
  PruneSpec,
  PullSpec,
  QuantizeSpec,
  RegrowSpec,
  ReinitializeSpec,
  RestoreSpec,
  SearchSpec,
  SelectionSpec,
  TrainSpec,
  UpdateSpec,
  WhenSpec,
} from "./helpers.js";

/**
 * What loops hand over as statements of the IR, checked against their declaration: a loop may have been edited.
 * All of them @throws DiagnosticError P7010 for what no statement can be
 */

/** What a run knows of its statements: their texts by id, and what they have in JavaScript. */
export interface Known {
  readonly statements?: Readonly<Record<number, string>>;
  readonly functions?: readonly OwnOfProgram[];
}

export function pruneIr(id: number, spec: PruneSpec, known: Known = {}): PruneIr {
  const { regrow, ...own } = spec;
  const paired = regrow && regrowIr(regrow.id ?? id, regrow, known, spec.structure);
  const prune = pruneWithDefaults(
    checked({ ...head("prune", id, known), ...scored(own, known), ...(paired && { regrow: paired }) }),
  );
  const { compensating } = prune;
  if (compensating !== undefined && "own" in compensating)
    taken("compensation", compensating.method, compensating.args, known);
  return prune;
}

/** `paired` is the structure of the prune that a paired regrow belongs to. */
export const regrowIr = (id: number, spec: RegrowSpec, known: Known = {}, paired?: StructureIr): RegrowIr =>
  regrowWithDefaults(checked({ ...scored(spec, known), ...head("regrow", id, known) }), paired);

export const restoreIr = (id: number, spec: RestoreSpec, known: Known = {}): RestoreIr =>
  checked({ ...head("restore", id, known), ...scored(spec, known) });

/** A search without the block that it goes through. */
export const searchIr = (id: number, spec: SearchSpec, known: Known = {}): SearchIr =>
  withDefaults(checked({ ...head("search", id, known), perLayer: false, ...spec, body: [] }));

export const reinitializeIr = (id: number, spec: ReinitializeSpec, known: Known = {}): ReinitializeIr =>
  checked({ ...head("reinitialize", id, known), ...spec });

export const quantizeIr = (id: number, spec: QuantizeSpec, known: Known = {}): QuantizeIr =>
  checked({ ...head("quantize", id, known), ...spec });

export const selectionIr = (spec: SelectionSpec): SelectionIr => checked(spec, "selection");

/** When a rule fires, without what it announces besides. */
export const whenIr = ({ accumulate: _, ...when }: WhenSpec): WhenIr => checked(when, "when");

/** A score that is summed over training. */
export const accumulatedIr = (spec: AccumulateSpec, known: Known = {}) =>
  checked(scored(spec, known), "accumulated");

/** A phase, with the rules that hold all along. The others announce themselves by `phase.rule`. */
export function trainIr(id: number, spec: TrainSpec, known: Known = {}): TrainIr {
  const {
    penalties,
    learned,
    frozen,
    updates,
    pulls,
    accuracy: _,
    top5Accuracy: _1,
    last: _2,
    ...phase
  } = spec;
  const listed = { penalties, learned, frozen, updates, pulls };
  const rules = alongLists.flatMap(([list, kind]) =>
    (listed[list] ?? []).map((rule) => alongIr(kind, rule, known)),
  );
  return trainWithDefaults(checked({ ...head("train", id, known), ...phase, rules }));
}

const head = <K extends string>(kind: K, id: number, known: Known) => ({
  kind,
  id,
  text: (Object.hasOwn(known.statements ?? {}, id) ? known.statements?.[id] : undefined) ?? "",
});

/** A rule that holds all along, its window in a clause of its own. */
function alongIr(
  kind: Along["kind"],
  spec: PenaltySpec | LearnSpec | FreezeSpec | UpdateSpec | PullSpec,
  known: Known,
): RuleIr {
  if ("gate" in spec && "own" in spec.gate) taken("gate", spec.gate.name, spec.gate.args, known);
  const own = "by" in spec ? scored(spec, known, kind === "penalize" ? "penalty" : "criterion") : spec;
  const among = "among" in spec && spec.among ? { among: scored(spec.among, known) } : {};
  const toward = "toward" in spec ? { toward: scored(spec.toward, known) } : {};
  const fields = Object.entries({ ...own, ...among, ...toward, ...head(kind, spec.id, known) });
  const moments = declaredFields("when");
  const when = Object.fromEntries(fields.filter(([key]) => moments.has(key)));
  const rest = Object.fromEntries(fields.filter(([key]) => !moments.has(key)));
  return withDefaults(checked({ ...rest, ...("unit" in when && { when }) } as unknown as RuleIr));
}

/** One that is not given is told where it is put to work. */
function taken(
  kind: JavaScriptKind,
  name: string,
  args: Readonly<Record<string, unknown>>,
  { functions = [] }: Known,
): void {
  const found = functions.find((one) => one.kind === kind && one.name === name);
  if (found !== undefined) checkTaken(found, args);
}

type Scoring = Extract<JavaScriptKind, "criterion" | "penalty">;

const scored = <S extends { readonly by: CriterionSpec }>(
  spec: S,
  known: Known,
  kind: Scoring = "criterion",
) => ({ ...spec, by: criterionIr(spec.by, known, kind) });

function criterionIr(spec: CriterionSpec, { functions = [] }: Known, kind: Scoring): CriterionIr {
  const ir =
    typeof spec === "object" && spec !== null && "expr" in spec
      ? spec
      : criterionOf(typeof spec === "string" ? spec : JSON.stringify(spec), spec);
  if (ownParts(ir.expr).length === 0) return ir;
  const expr = mapOwn(ir.expr, (own) => {
    const name = ownName(own);
    const found = functions.find((one) => one.kind === kind && one.name === name);
    if (found !== undefined) {
      checkTaken(found, argumentsOfOwn(own));
      return ownReading(own, found.reads);
    }
    raise("P7018", `the ${kind} \`${name}\` is not given`, {
      help: `give it in the options: \`${javascript[kind].option}: { ${JSON.stringify(name)}: … }\``,
    });
  });
  return { ...ir, expr };
}

function checked<S extends object>(value: S, shape = "kind" in value ? String(value.kind) : ""): S {
  const notes = mistakesIn(shape, value);
  if (notes.length === 0) return value;
  raise("P7010", `the loop asks for what no \`${shape}\` can do`, {
    notes,
    help: "compile the program again, or mend the loop",
  });
}
