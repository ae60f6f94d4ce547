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
  RegrowIr,
  ReinitializeIr,
  RestoreIr,
  RuleIr,
  SelectionIr,
  StructureIr,
  TrainIr,
  WhenIr,
} from "../core/ir/types.js";
import { mistakesIn } from "../core/ir/validate.js";
import { alongLists, type Along } from "../core/ir/walk.js";
import { criterion as criterionOf } from "./expressions.js";
import type {
  AccumulateSpec,
  CriterionSpec,
  FreezeSpec,
  LearnSpec,
  PenaltySpec,
  PruneSpec,
  RegrowSpec,
  ReinitializeSpec,
  RestoreSpec,
  SelectionSpec,
  TrainSpec,
  UpdateSpec,
  WhenSpec,
} from "./helpers.js";

/**
 * What loops hand over as statements of the IR, checked against their declaration: a loop may have been edited.
 * All of them @throws DiagnosticError P7010 for what no statement can be
 */

/** The texts of the statements by id (`settings.statements`). */
export type Texts = Readonly<Record<number, string>>;

export function pruneIr(id: number, spec: PruneSpec, texts: Texts = {}): PruneIr {
  const { regrow, ...own } = spec;
  const paired = regrow && regrowIr(regrow.id ?? id, regrow, texts, spec.structure);
  return pruneWithDefaults(
    checked({ ...head("prune", id, texts), ...scored(own), ...(paired && { regrow: paired }) }),
  );
}

/** `paired` is the structure of the prune that a paired regrow belongs to. */
export const regrowIr = (id: number, spec: RegrowSpec, texts: Texts = {}, paired?: StructureIr): RegrowIr =>
  regrowWithDefaults(checked({ ...scored(spec), ...head("regrow", id, texts) }), paired);

export const restoreIr = (id: number, spec: RestoreSpec, texts: Texts = {}): RestoreIr =>
  checked({ ...head("restore", id, texts), ...scored(spec) });

export const reinitializeIr = (id: number, spec: ReinitializeSpec, texts: Texts = {}): ReinitializeIr =>
  checked({ ...head("reinitialize", id, texts), ...spec });

export const selectionIr = (spec: SelectionSpec): SelectionIr => checked(spec, "selection");

/** When a rule fires, without what it announces besides. */
export const whenIr = ({ accumulate: _, ...when }: WhenSpec): WhenIr => checked(when, "when");

/** A score that is summed over training. */
export const accumulatedIr = (spec: AccumulateSpec) => checked(scored(spec), "accumulated");

/** A phase, with the rules that hold all along. The others announce themselves by `phase.rule`. */
export function trainIr(id: number, spec: TrainSpec, texts: Texts = {}): TrainIr {
  const { penalties, learned, frozen, updates, accuracy: _, last: _1, ...phase } = spec;
  const listed = { penalties, learned, frozen, updates };
  const rules = alongLists.flatMap(([list, kind]) =>
    (listed[list] ?? []).map((rule) => alongIr(kind, rule, texts)),
  );
  return trainWithDefaults(checked({ ...head("train", id, texts), ...phase, rules }));
}

const head = <K extends string>(kind: K, id: number, texts: Texts) => ({
  kind,
  id,
  text: (Object.hasOwn(texts, id) ? texts[id] : undefined) ?? "",
});

/** A rule that holds all along, its window in a clause of its own. */
function alongIr(
  kind: Along["kind"],
  spec: PenaltySpec | LearnSpec | FreezeSpec | UpdateSpec,
  texts: Texts,
): RuleIr {
  const own = "by" in spec ? scored(spec) : spec;
  const among = "among" in spec && spec.among ? { among: scored(spec.among) } : {};
  const fields = Object.entries({ ...own, ...among, ...head(kind, spec.id, texts) });
  const moments = declaredFields("when");
  const when = Object.fromEntries(fields.filter(([key]) => moments.has(key)));
  const rest = Object.fromEntries(fields.filter(([key]) => !moments.has(key)));
  return withDefaults(checked({ ...rest, ...("unit" in when && { when }) } as unknown as RuleIr));
}

const scored = <S extends { readonly by: CriterionSpec }>(spec: S) => ({ ...spec, by: criterionIr(spec.by) });

function criterionIr(spec: CriterionSpec): CriterionIr {
  if (typeof spec === "object" && spec !== null && "expr" in spec) return spec;
  return criterionOf(typeof spec === "string" ? spec : JSON.stringify(spec), spec);
}

function checked<S extends object>(value: S, shape = "kind" in value ? String(value.kind) : ""): S {
  const notes = mistakesIn(shape, value);
  if (notes.length === 0) return value;
  raise("P7010", `the loop asks for what no \`${shape}\` can do`, {
    notes,
    help: "compile the program again, or mend the loop",
  });
}
