import { structureKind } from "../core/ir/structure.js";
import type {
  AmountIr,
  CriterionIr,
  FreezeIr,
  PenalizeIr,
  PruneIr,
  RegrowIr,
  ReinitializeIr,
  RestoreIr,
  RuleIr,
  SelectionIr,
  StructureIr,
  TrainIr,
  UpdateIr,
  WhenIr,
} from "../core/ir/types.js";
import { usualMembers } from "../core/expr/names.js";
import { criterion as criterionOf } from "./expressions.js";
import type {
  AmountSpec,
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
} from "./specs.js";

/** The texts of the statements by id (`settings.statements`). */
export type Texts = Readonly<Record<number, string>>;
const textOf = (texts: Texts, id: number) => (Object.hasOwn(texts, id) ? (texts[id] ?? "") : "");

export function pruneIr(id: number, spec: PruneSpec, when: WhenIr | undefined, texts: Texts = {}): PruneIr {
  const { structure } = spec;
  const by = criterionIr(spec.by);
  return {
    kind: "prune",
    id,
    text: textOf(texts, id),
    structure,
    ...selectionIr(spec),
    by,
    ...(spec.normalized && { normalized: spec.normalized }),
    members: spec.members ?? usualMembers(by.expr, structureKind(structure)),
    scope: spec.scope ?? "local",
    ...amountIr(spec),
    manner: spec.manner ?? "held",
    joins: spec.joins ?? "couple",
    keeping: spec.keeping ?? 1,
    collapse: spec.collapse ?? false,
    aligned: spec.aligned ?? 1,
    ...(spec.regrow && { regrow: regrowIr(spec.regrow.id ?? id, spec.regrow, undefined, texts, structure) }),
    ...(spec.awaitsRestore && { awaitsRestore: true }),
    ...(when && { when }),
  };
}

/** `paired` is the structure of the prune that a paired regrow belongs to. */
export function regrowIr(
  id: number,
  spec: RegrowSpec,
  when: WhenIr | undefined,
  texts: Texts = {},
  paired?: StructureIr,
): RegrowIr {
  const { structure } = spec;
  return {
    kind: "regrow",
    id,
    text: textOf(texts, id),
    ...(structure && { structure }),
    ...selectionIr(spec),
    by: criterionIr(spec.by),
    ...amountIr(spec),
    ...(spec.allocated !== undefined && { allocated: spec.allocated }),
    values: spec.values ?? defaultValues(structure ?? paired),
    includingDropped: spec.includingDropped ?? false,
    ...(when && { when }),
  };
}

/** Weights come back as zeros, structures freshly initialised. */
export function defaultValues(structure: StructureIr | undefined): RegrowIr["values"] {
  return structure === "weights" ? "zero" : "fresh";
}

export function restoreIr(
  id: number,
  spec: RestoreSpec,
  when: WhenIr | undefined,
  texts: Texts = {},
): RestoreIr {
  return {
    kind: "restore",
    id,
    text: textOf(texts, id),
    structure: spec.structure,
    ...selectionIr(spec),
    by: criterionIr(spec.by),
    above: spec.above,
    ...(when && { when }),
  };
}

export function penalizeIr(spec: PenaltySpec, texts: Texts = {}): PenalizeIr {
  const when = whenOf(spec);
  return {
    kind: "penalize",
    id: spec.id,
    text: textOf(texts, spec.id),
    structure: spec.structure,
    ...selectionIr(spec),
    by: criterionIr(spec.by),
    ...(spec.among && {
      among: {
        end: spec.among.end,
        share: spec.among.share,
        by: criterionIr(spec.among.by),
        scope: spec.among.scope ?? "local",
      },
    }),
    strength: spec.strength,
    ...(when && { when }),
  };
}

export function freezeIr(spec: FreezeSpec, texts: Texts = {}): FreezeIr {
  const when = whenOf(spec);
  return {
    kind: "freeze",
    id: spec.id,
    text: textOf(texts, spec.id),
    structure: spec.structure,
    ...selectionIr(spec),
    ...(when && { when }),
  };
}

export function updateIr(spec: UpdateSpec, texts: Texts = {}): UpdateIr {
  const when = whenOf(spec);
  return {
    kind: "update",
    id: spec.id,
    text: textOf(texts, spec.id),
    ...selectionIr(spec),
    end: spec.end,
    share: spec.share,
    by: criterionIr(spec.by),
    scope: spec.scope ?? "local",
    ...(when && { when }),
  };
}

/** `rules` holds what the spec carries itself: what holds all along. The others announce themselves by `phase.rule`. */
export function trainIr(id: number, spec: TrainSpec, texts: Texts = {}): TrainIr {
  const rules: RuleIr[] = [
    ...(spec.penalties ?? []).map((penalty) => penalizeIr(penalty, texts)),
    ...(spec.frozen ?? []).map((frozen) => freezeIr(frozen, texts)),
    ...(spec.updates ?? []).map((update) => updateIr(update, texts)),
  ];
  return {
    kind: "train",
    id,
    text: textOf(texts, id),
    finetune: spec.finetune ?? false,
    length:
      spec.steps === undefined
        ? { unit: "epochs", value: spec.epochs ?? 0 }
        : { unit: "steps", value: spec.steps },
    ...(spec.batch !== undefined && { batch: spec.batch }),
    ...(spec.optimizer && { optimizer: spec.optimizer }),
    ...(spec.loss !== undefined && { loss: named(spec.loss) }),
    ...(spec.until !== undefined && { until: spec.until }),
    rules,
    snapshots: spec.snapshots ?? [],
  };
}

export function reinitializeIr(id: number, spec: ReinitializeSpec, texts: Texts = {}): ReinitializeIr {
  return {
    kind: "reinitialize",
    id,
    text: textOf(texts, id),
    ...selectionIr(spec),
    ...(spec.by !== undefined && { by: named(spec.by) }),
  };
}

/** The when-clause that stands among the fields of a rule that holds all along. */
function whenOf({ unit, every, at, during, lands }: Partial<WhenIr>): WhenIr | undefined {
  return (
    unit && {
      unit,
      ...(every !== undefined && { every }),
      ...(at && { at }),
      ...(during && { during }),
      ...(lands && { lands }),
    }
  );
}

export const selectionIr = (spec: SelectionSpec): SelectionIr =>
  only(spec, ["in", "except", "where", "layers"]);
const amountIr = (spec: AmountSpec): AmountIr =>
  only(spec, ["drop", "count", "to", "keep", "keepEach", "budget", "below", "above"]);

/** These fields of an object, where they are set. */
function only<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const all: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) all[key] = from[key];
  return all as Pick<T, K>;
}

export function criterionIr(spec: CriterionSpec): CriterionIr {
  if (typeof spec === "object" && "expr" in spec) return spec;
  return criterionOf(typeof spec === "string" ? spec : JSON.stringify(spec), spec);
}

const named = (spec: string | { readonly name: string; readonly args: Readonly<Record<string, number>> }) =>
  typeof spec === "string" ? { name: spec, args: {} } : spec;
