import type { CriterionIr, PruneIr } from "../../compiler/ir/types.js";
import { combineMembers, normalizePerLayer } from "./combine.js";
import type { Moment, PruningContext } from "./context.js";
import { evaluateEntries } from "./expression.js";
import type { Scores } from "./keys.js";
import { namesOf } from "./names.js";
import type { Space } from "./space.js";

export type Combining = Pick<PruneIr, "normalized" | "members">;

/** Scores of all units of a space by a criterion, and of their entries. Lowest goes first. */
export async function scoreUnits(
  context: PruningContext,
  id: number,
  criterion: CriterionIr,
  space: Space,
  moment: Moment,
  combining: Combining = { members: "sum" },
): Promise<{ readonly units: Scores; readonly entries: Scores; readonly notes: readonly string[] }> {
  const names = namesOf({
    seed: context.seed,
    keys: [id, moment.key],
    numbers: moment.names,
    slots: context.slots,
  });
  const entries = evaluateEntries(criterion.expr, space, names);
  if (combining.normalized) normalizePerLayer(space, entries, combining.normalized);
  const members = isDraw(criterion) ? "mean" : combining.members;
  const units = combineMembers(space, entries, members);
  let bad = 0;
  for (const score of units) if (Number.isNaN(score)) bad++;
  const notes = bad > 0 ? [`${bad} units score not a number and go first`] : [];
  return { units, entries, notes };
}

/** Draws are the same for all members of a unit: adding them up would favour units of many layers. */
const isDraw = ({ needs }: CriterionIr) => needs.length === 1 && needs[0] === "random";
