import { usualMembers } from "../expr/names.js";
import { definitions } from "./clauses.js";
import { structureKind } from "./structure.js";
import type {
  AmongIr,
  AmongSpelled,
  CallIr,
  CriterionIr,
  ExprIr,
  PrunedIr,
  PruneIr,
  PruneSpelled,
  PullIr,
  PullSpelled,
  RegrowIr,
  RegrowSpelled,
  StructureIr,
  TrainIr,
  TrainSpelled,
  UpdateIr,
  UpdateSpelled,
} from "./types.js";
import type { StatementIr } from "./walk.js";

/** What statements mean where they leave something out. */

/** The fields of a declared shape, in order, each with what it is by default. */
export function declaredFields(shape: string): ReadonlyMap<string, unknown> {
  const properties: Readonly<Record<string, { readonly default?: unknown }>> = Object.assign(
    {},
    definitions.schemas[shape]?.["properties"],
  );
  return new Map(Object.entries(properties).map(([key, field]) => [key, field.default]));
}

/** How the scores of members combine where nothing is said. */
export const usualMembersOf = ({
  by,
  structure,
}: {
  by: CriterionIr;
  structure: StructureIr;
}): PruneIr["members"] => usualMembers(by.expr, structureKind(structure));

/** Weights come back as zeros, structures freshly initialised. */
export const usualValuesOf = (structure: StructureIr | undefined): RegrowIr["values"] =>
  structure === "weights" ? "zero" : "fresh";

export function pruneWithDefaults(spelled: PruneSpelled): PruneIr {
  return filled<PruneIr>("prune", spelled, { members: usualMembersOf(spelled) });
}

/** `paired`: the structure of the prune that a regrow acts with. */
export function regrowWithDefaults(spelled: RegrowSpelled, paired?: StructureIr): RegrowIr {
  return filled<RegrowIr>("regrow", spelled, { values: usualValuesOf(spelled.structure ?? paired) });
}

const updateWithDefaults = (spelled: UpdateSpelled): UpdateIr => filled("update", spelled);
export const trainWithDefaults = (spelled: TrainSpelled): TrainIr => filled("train", spelled);
const pullWithDefaults = ({ toward, ...pull }: PullSpelled): PullIr =>
  filled("pull", { ...pull, toward: filled<PrunedIr>("pruned", toward) });
const amongWithDefaults = (spelled: AmongSpelled): AmongIr => filled("among", spelled);

/** Any statement with all that its spelling leaves out. */
export function withDefaults<S extends StatementIr>(statement: S): S;
export function withDefaults(statement: StatementIr): StatementIr {
  switch (statement.kind) {
    case "prune": {
      const { regrow, structure } = statement;
      return pruneWithDefaults({
        ...statement,
        ...(regrow && { regrow: regrowWithDefaults(regrow, structure) }),
      });
    }
    case "regrow":
      return regrowWithDefaults(statement);
    case "update":
      return updateWithDefaults(statement);
    case "pull":
      return pullWithDefaults(statement);
    case "train":
      return trainWithDefaults(statement);
    case "penalize":
      return { ...statement, ...(statement.among && { among: amongWithDefaults(statement.among) }) };
    default:
      return statement;
  }
}

/** How long a phase lasts; none that says nothing lasts at all. */
export function lengthOf({ epochs = 0, steps }: Pick<TrainIr, "epochs" | "steps">): {
  readonly unit: "epochs" | "steps";
  readonly value: ExprIr;
} {
  return steps === undefined ? { unit: "epochs", value: epochs } : { unit: "steps", value: steps };
}

/** An initializer with its arguments, if only none. */
export const calledOf = (call: CallIr): Exclude<CallIr, string> =>
  typeof call === "string" ? { name: call, args: {} } : call;

/** `spelled` with the defaults of its shape, and with `usual` where those follow from other fields. */
function filled<Whole>(shape: string, spelled: Partial<Whole>, usual: Partial<Whole> = {}): Whole {
  const all = [...declaredFields(shape), ...Object.entries(usual), ...Object.entries(spelled)];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Whole;
}
