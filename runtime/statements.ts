import { raise } from "../core/diagnostics/create.js";
import {
  amongWithDefaults,
  pruneWithDefaults,
  regrowWithDefaults,
  updateWithDefaults,
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
import { criterion as criterionOf } from "./expressions.js";
import type {
  AccumulateSpec,
  CriterionSpec,
  FreezeSpec,
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

export const reinitializeIr = (id: number, spec: ReinitializeSpec, texts: Texts = {}): ReinitializeIr => {
  const { by, ...layers } = spec;
  return checked({
    ...head("reinitialize", id, texts),
    ...layers,
    ...(by !== undefined && { by: named(by) }),
  });
};

export const selectionIr = (spec: SelectionSpec): SelectionIr => checked(spec, "selection");

/** When a rule fires, without what it announces besides. */
export const whenIr = ({ accumulate: _, ...when }: WhenSpec): WhenIr => checked(when, "when");

/** A score that is summed over training. */
export const accumulatedIr = (spec: AccumulateSpec) => checked(scored(spec), "accumulated");

/** `rules` holds what the spec carries itself: what holds all along. The others announce themselves by `phase.rule`. */
export function trainIr(id: number, spec: TrainSpec, texts: Texts = {}): TrainIr {
  const { epochs = 0, steps, penalties = [], frozen = [], updates = [] } = spec;
  const rules: RuleIr[] = [
    ...penalties.map(({ among, ...rest }) =>
      checked({
        ...along("penalize", scored(rest), texts),
        ...(among && { among: amongWithDefaults(scored(among)) }),
      }),
    ),
    ...frozen.map((rest) => checked(along("freeze", rest, texts))),
    ...updates.map((rest) => updateWithDefaults(checked(along("update", scored(rest), texts)))),
  ];
  const { batch, optimizer, loss, until } = spec;
  return checked({
    ...head("train", id, texts),
    finetune: spec.finetune ?? false,
    length: steps === undefined ? { unit: "epochs", value: epochs } : { unit: "steps", value: steps },
    ...(batch !== undefined && { batch }),
    ...(optimizer && { optimizer }),
    ...(loss !== undefined && { loss: named(loss) }),
    ...(until !== undefined && { until }),
    rules,
    snapshots: spec.snapshots ?? [],
  });
}

const head = <K extends string>(kind: K, id: number, texts: Texts) => ({
  kind,
  id,
  text: (Object.hasOwn(texts, id) ? texts[id] : undefined) ?? "",
});

/** A rule that holds all along, its window in a clause of its own. */
function along<K extends string, S extends PenaltySpec | FreezeSpec | UpdateSpec>(
  kind: K,
  spec: S,
  texts: Texts,
) {
  const { id, unit, every, at, during, lands, ...rest } = spec;
  const when = unit && {
    ...(every !== undefined && { every }),
    ...(at && { at }),
    unit,
    ...(during && { during }),
    ...(lands && { lands }),
  };
  return { ...rest, ...head(kind, id, texts), ...(when && { when }) };
}

const scored = <S extends { readonly by: CriterionSpec }>(spec: S) => ({ ...spec, by: criterionIr(spec.by) });

function criterionIr(spec: CriterionSpec): CriterionIr {
  if (typeof spec === "object" && spec !== null && "expr" in spec) return spec;
  return criterionOf(typeof spec === "string" ? spec : JSON.stringify(spec), spec);
}

const named = (spec: string | { readonly name: string; readonly args: Readonly<Record<string, number>> }) =>
  typeof spec === "string" ? { name: spec, args: {} } : spec;

function checked<S extends object>(value: S, shape = "kind" in value ? String(value.kind) : ""): S {
  const notes = mistakesIn(shape, value);
  if (notes.length === 0) return value;
  raise("P7010", `the loop asks for what no \`${shape}\` can do`, {
    notes,
    help: "compile the program again, or mend the loop",
  });
}
